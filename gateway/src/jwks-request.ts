import type { JSONWebKeySet, JWK } from 'jose'

/** Bounds of a key set; an issuer has a few keys of about 2 KB. */
const maxBytes = 2_000_000
const maxKeys = 100

/**
 * Requests an issuer's public keys (RFC 7517, section 5). Keys that cannot verify RS256 are left out.
 * @throws an Error if the issuer does not respond in time, or not with such keys
 */
export async function requestKeySet(jwksUri: string, timeoutMs: number): Promise<JSONWebKeySet> {
  const response = await fetch(jwksUri, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the issuer responded with ${response.status}`)
  }
  const body = JSON.parse(await readText(response)) as { keys?: unknown } | null
  const keys = Array.isArray(body?.keys) ? body.keys.filter(isVerifyingKey) : []
  if (keys.length === 0) throw new Error('the issuer lists no key for RS256')
  if (keys.length > maxKeys) throw new Error(`the issuer lists more than ${maxKeys} keys`)
  return { keys }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the body.
    if (size > maxBytes) throw new Error(`the issuer's key set is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function isVerifyingKey(value: unknown): value is JWK {
  const { kty, use = 'sig', alg = 'RS256', n, e, d } = (value ?? {}) as JWK
  if (kty !== 'RSA' || use !== 'sig' || alg !== 'RS256') return false
  return typeof n === 'string' && typeof e === 'string' && d === undefined
}
