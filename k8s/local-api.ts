import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Namespace } from './cluster.ts'

/** The answer to one entry. */
export interface Stored {
  readonly id: number
  readonly status: string
  readonly message: string
}

const patienceMs = 120_000

/** Uploads until it is taken: an issuer that was killed has new keys, of which the gateway has to learn. */
export async function accepted(namespace: Namespace, entry: object): Promise<Stored> {
  const deadlineMs = performance.now() + patienceMs
  for (;;) {
    const answer = await token(namespace)
      .then((bearer) => upload(namespace, entry, bearer))
      .catch((error: Error) => error)
    if (!(answer instanceof Error) && answer.response.ok) return answer.body
    if (performance.now() > deadlineMs) {
      throw answer instanceof Error
        ? answer
        : new Error(`Still ${answer.response.status}: ${JSON.stringify(answer.body)}`)
    }
    await sleep(1000)
  }
}

/** A token of the local issuer, for contractor-sync. */
export function token(namespace: Namespace): Promise<string> {
  return namespace.forwarded('issuer', 8081, async (url) => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'contractor-sync',
      client_secret: 'local-only-contractor-sync-secret',
      audience: 'https://api.exampleco.com/timesheets',
    })
    const response = await fetch(`${url}/oauth/token`, { method: 'POST', body })
    assert.equal(response.status, 200, 'the issuer gives a token')
    return ((await response.json()) as { access_token: string }).access_token
  })
}

/** Sends one entry, once. */
export function upload(
  namespace: Namespace,
  entry: object,
  bearer: string,
): Promise<{ response: Response; body: Stored }> {
  return namespace.forwarded('gateway', 8080, async (url) => {
    const response = await fetch(`${url}/timesheets/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(entry),
      signal: AbortSignal.timeout(30_000),
    })
    return { response, body: (await response.json()) as Stored }
  })
}
