/** TypeScript is stripped by swc and run as ES modules, as Node runs it (NODE_OPTIONS in package.json). */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/\\.local/'],
  globalSetup: './packages/test-postgres/src/jest-setup.ts',
  globalTeardown: './packages/test-postgres/src/jest-teardown.ts',
  testTimeout: 30_000,
  // Where one process runs all tests, a connection that a test left open would keep it for ever after a passed run.
  forceExit: true,
}
