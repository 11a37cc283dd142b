import type { JSONWebKeySet, JWK } from 'jose'

/**
 * Asks an issuer for its public keys (RFC 7517, section 5). Those that cannot verify RS256 are left out.
 * @throws where it does not answer in time, or with no such key: then what it said before is the better word
 */
export async function fetchKeySet(jwksUri: string, timeoutMs: number): Promise<JSONWebKeySet> {
  const response = await fetch(jwksUri, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) throw new Error(`the issuer answered ${response.status}`)
  const body = (await response.json()) as { keys?: unknown } | null
  const keys = Array.isArray(body?.keys) ? body.keys.filter(isVerifyingKey) : []
  if (keys.length === 0) throw new Error('the issuer shows no key for RS256')
  return { keys }
}

function isVerifyingKey(value: unknown): value is JWK {
  const { kty, use = 'sig', alg = 'RS256', n, e, d } = (value ?? {}) as JWK
  if (kty !== 'RSA' || use !== 'sig' || alg !== 'RS256') return false
  return typeof n === 'string' && typeof e === 'string' && d === undefined
}
