import './jest-setup.ts'

/** jest's globalTeardown: ends the test server and waits until all that it started is gone. */
export default async function teardown(): Promise<void> {
  await globalThis.endTestServer?.()
}
