/** JavaScript, so that Jest leaves it alone and Node itself loads the TypeScript behind it, as in production. */
export default async function globalSetup() {
  const { startServers } = await import('./servers.ts');
  await startServers();
}
