import './jest-setup.ts'

/** jest's globalTeardown: stops the test server and waits until its Postgres has stopped. */
export default async function teardown(): Promise<void> {
  await globalThis.stopTestServer?.()
}
