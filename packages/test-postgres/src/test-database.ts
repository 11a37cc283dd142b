/** A database for one test file, with the migrated schema and no rows. */
export interface TestDatabase extends AsyncDisposable {
  /** The URL of a superuser. */
  readonly url: string
  /** Drops it. Throws when a session is still open, because the code under test leaked it. */
  drop(): Promise<void>
}

/** The variable with the URL of the test server (test-server.ts), set for jest's workers. */
export const testServerVariable = 'TEST_SERVER_URL'

/**
 * Creates a database on the Postgres of this jest run; the first call starts that server. The database is cloned from a
 * migrated template, which takes some 30 ms.
 *
 * @param migrated false for an empty database, to test migrations
 * @throws {Error} when no test server runs (jest's `globalSetup` starts it)
 */
export async function testDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = process.env[testServerVariable]
  if (!server)
    throw new Error(`${testServerVariable} is not set. jest's globalSetup (jest-setup.ts) sets it.`)
  const { name, url } = await sendRequest<{ name: string; url: string }>(
    'POST',
    `${server}/databases?migrated=${migrated}`,
  )
  let isDropped = false
  const drop = async () => {
    if (isDropped) return
    isDropped = true
    await sendRequest('DELETE', `${server}/databases/${name}`)
  }
  return { url, drop, [Symbol.asyncDispose]: drop }
}

async function sendRequest<T>(method: string, url: string): Promise<T> {
  const response = await fetch(url, { method, headers: { connection: 'close' } })
  const body = (await response.json()) as T & { error?: string }
  if (!response.ok) throw new Error(`test database: ${body.error}`)
  return body
}
