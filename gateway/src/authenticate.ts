import { auth, type JWTPayload } from 'express-oauth2-jwt-bearer'
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import type { Challenge, InvalidTokenReason } from './challenge.ts'
import type { Keys } from './keys.ts'

export interface AuthenticateOptions {
  readonly issuers: readonly string[]
  readonly audience: string
}

/** Finds out whether a token is one of ours, and what it says. */
export type Authenticate = (token: string) => Promise<JWTPayload>

const clockSkewSeconds = 5

/**
 * Verification by express-oauth2-jwt-bearer, with keys that we hold ourselves: it would answer 401 for good
 * tokens while the issuer is away. Every option that it would silently read from the environment is given.
 */
export function createAuthenticate(
  options: AuthenticateOptions,
  keys: Keys,
  challenge: Challenge,
): Authenticate {
  // Imported keys are kept for as long as their set is in use.
  const verifiers = new WeakMap<JSONWebKeySet, ReturnType<typeof auth>>()

  return async (token) => {
    const keySet = await keys.forKid(kidOf(token, challenge))
    let verify = verifiers.get(keySet)
    if (verify === undefined) {
      verify = createVerifier(options, keySet)
      verifiers.set(keySet, verify)
    }
    const claims = await claimsOf(token, verify, challenge)
    // A token bound to its sender (RFC 9449, RFC 8705) must not pass as one that anybody may bear.
    if (claims.cnf !== undefined) throw challenge.invalidToken('sender-bound')
    return claims
  }
}

function createVerifier(
  { issuers, audience }: AuthenticateOptions,
  keySet: JSONWebKeySet,
): ReturnType<typeof auth> {
  return auth({
    publicKey: keySet as never,
    issuer: issuers[0]!,
    audience,
    tokenSigningAlg: 'RS256',
    clockTolerance: clockSkewSeconds,
    validators: { iss: (iss: unknown) => issuers.includes(iss as string) },
    dpop: { enabled: false },
    issuerBaseURL: '',
    jwksUri: '',
    secret: '',
  })
}

/**
 * The library is shown the token alone: of a whole request it would judge `Host` and the body too, and call a
 * good token bad.
 */
function claimsOf(token: string, verify: ReturnType<typeof auth>, challenge: Challenge): Promise<JWTPayload> {
  const bearer = {
    headers: { authorization: `Bearer ${token}` },
    method: 'GET',
    protocol: 'https',
    originalUrl: '/',
    get: () => 'gateway',
    is: () => false,
  } as unknown as Parameters<typeof verify>[0]
  return new Promise((resolve, reject) => {
    verify(bearer, {} as never, (error?: unknown) => {
      if (error === undefined) resolve(bearer.auth!.payload)
      else reject(challenge.invalidToken(reasonOf(error), error))
    })
  })
}

function kidOf(token: string, challenge: Challenge): string | undefined {
  try {
    return decodeProtectedHeader(token).kid
  } catch (error) {
    throw challenge.invalidToken('malformed', error)
  }
}

/** What the library says of a refused token, in our own fixed words. */
function reasonOf(error: unknown): InvalidTokenReason {
  const message = String((error as Error | null)?.message)
  if (/'exp'|"exp" claim must/.test(message)) return 'endless'
  if (/"exp"/.test(message)) return 'expired'
  if (/"nbf"/.test(message)) return 'not-yet'
  if (/'aud'/.test(message)) return 'audience'
  if (/'iss'/.test(message)) return 'issuer'
  if (/algorithm|"alg"|'alg'/i.test(message)) return 'algorithm'
  if (/signature|no applicable key/i.test(message)) return 'signature'
  if (/invalid (compact )?jw[st]|malformed|must be a top-level/i.test(message)) return 'malformed'
  return 'other'
}
