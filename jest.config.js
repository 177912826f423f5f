/** Unit tests stand beside their source; everything that needs a server lives in test/ and uses test/jest.config.js. */
export default {
  rootDir: '.',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{src,workflows,activities,db}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, sourceMaps: 'inline' }],
  },
};
