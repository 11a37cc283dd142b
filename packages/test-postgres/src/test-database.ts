/** A database of one test file's own, with the schema as the migrations leave it, and no rows. */
export interface TestDatabase extends AsyncDisposable {
  /** Of a user that may do everything in it. */
  readonly url: string
  /** Ends it; throws when a session is still open in it, since that is a leak of what was tested. */
  drop(): Promise<void>
}

/** The variable by which jest's workers learn where the test server (test-server.ts) is. */
export const testServerVariable = 'TEST_SERVER_URL'

/**
 * A fresh database in the one Postgres of this jest run, which the first call starts. Cloned from a migrated template,
 * so it costs some 30 ms.
 *
 * @param migrated False for a database without the schema, on which migrations are tried.
 * @throws when no test server runs: jest's `globalSetup` starts it.
 */
export async function testDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = process.env[testServerVariable]
  if (!server)
    throw new Error(`${testServerVariable} is not set: jest's globalSetup (test-server-setup.ts) sets it`)
  const { name, url } = await ask<{ name: string; url: string }>(
    'POST',
    `${server}/databases?migrated=${migrated}`,
  )
  let isDropped = false
  const drop = async () => {
    if (isDropped) return
    isDropped = true
    await ask('DELETE', `${server}/databases/${name}`)
  }
  return { url, drop, [Symbol.asyncDispose]: drop }
}

async function ask<T>(method: string, url: string): Promise<T> {
  const response = await fetch(url, { method, headers: { connection: 'close' } })
  const body = (await response.json()) as T & { error?: string }
  if (!response.ok) throw new Error(`test database: ${body.error}`)
  return body
}
