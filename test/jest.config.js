/** Suites that need a server, a database, a browser or several layers; `npm test` runs them after the unit tests. */
export default {
  rootDir: '..',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, sourceMaps: 'inline' }],
  },
  // One PostgreSQL and one Temporal for all suites; each suite has a database and a namespace of its own.
  globalSetup: '<rootDir>/test/global-setup.js',
  globalTeardown: '<rootDir>/test/global-teardown.js',
  maxWorkers: 2,
  testTimeout: 60_000,
  // A scratch copy of the repository inside a temporary folder must not confuse the module map.
  modulePathIgnorePatterns: ['<rootDir>/.folios/', '<rootDir>/coverage/'],
};
