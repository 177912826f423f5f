export default async function globalTeardown() {
  const { stopServers } = await import('./servers.ts');
  await stopServers();
}
