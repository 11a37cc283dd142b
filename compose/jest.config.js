import shared from '../jest.config.js'

/** `npm run test:compose`: what needs Docker, and so is no part of `npm test`. */
const { globalSetup, globalTeardown, ...rest } = shared

export default {
  ...rest,
  rootDir: '..',
  testMatch: ['<rootDir>/compose/*.docker.ts'],
  testTimeout: 300_000,
}
