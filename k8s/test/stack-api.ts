import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Namespace } from './cluster.ts'

/** The response to an upload of one entry. */
export interface UploadResult {
  readonly id: number
  readonly status: string
  readonly message: string
}

const retryForMs = 120_000

/** Uploads until the entry is accepted. A restarted issuer has new keys, which the gateway must fetch first. */
export async function uploadUntilAccepted(namespace: Namespace, entry: object): Promise<UploadResult> {
  const deadlineMs = performance.now() + retryForMs
  for (;;) {
    const outcome = await fetchToken(namespace)
      .then((bearer) => upload(namespace, entry, bearer))
      .catch((error: Error) => error)
    if (!(outcome instanceof Error) && outcome.response.ok) return outcome.body
    if (performance.now() > deadlineMs) {
      throw outcome instanceof Error
        ? outcome
        : new Error(`Still ${outcome.response.status}: ${JSON.stringify(outcome.body)}`)
    }
    await sleep(1000)
  }
}

/** Fetches a token for contractor-sync from the local issuer. */
export function fetchToken(namespace: Namespace): Promise<string> {
  return namespace.withPortForward('issuer', 8081, async (url) => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'contractor-sync',
      client_secret: 'local-only-contractor-sync-secret',
      audience: 'https://api.exampleco.com/timesheets',
    })
    const response = await fetch(`${url}/oauth/token`, { method: 'POST', body })
    assert.equal(response.status, 200, 'the issuer returns a token')
    return ((await response.json()) as { access_token: string }).access_token
  })
}

/** Uploads one entry, without retries. */
export function upload(
  namespace: Namespace,
  entry: object,
  bearer: string,
): Promise<{ response: Response; body: UploadResult }> {
  return namespace.withPortForward('gateway', 8080, async (url) => {
    const response = await fetch(`${url}/timesheets/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(entry),
      signal: AbortSignal.timeout(30_000),
    })
    return { response, body: (await response.json()) as UploadResult }
  })
}
