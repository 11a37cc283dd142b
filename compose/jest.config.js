import shared from '../jest.config.js'

/** `npm run test:compose`: the tests that need Docker, which `npm test` does not run. */
const { globalSetup, globalTeardown, ...rest } = shared

export default {
  ...rest,
  rootDir: '..',
  testMatch: ['<rootDir>/compose/*.docker.ts'],
  testTimeout: 300_000,
}
