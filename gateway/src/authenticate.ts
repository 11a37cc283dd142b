import { ProblemError } from '@timesheets/contracts/problem'
import type { Request, Response } from 'express'
import { auth, type JWTPayload } from 'express-oauth2-jwt-bearer'
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import type { Challenge, InvalidTokenReason } from './challenge.ts'
import type { Keys } from './keys.ts'

export interface AuthenticateOptions {
  readonly issuers: readonly string[]
  readonly audience: string
}

/** Finds out whether a token is one of ours, and what it says. */
export type Authenticate = (request: Request, response: Response, token: string) => Promise<JWTPayload>

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
  const verifiers = new WeakMap<JSONWebKeySet, ReturnType<typeof auth>>()

  return async (request, response, token) => {
    const keySet = await keys.forKid(kidOf(token, challenge))
    let verify = verifiers.get(keySet)
    if (verify === undefined) {
      verify = createVerifier(options, keySet)
      verifiers.set(keySet, verify)
    }
    await new Promise<void>((resolve, reject) => {
      verify(request, response, (error?: unknown) => {
        if (error === undefined) resolve()
        else reject(challenge.invalidToken(reasonOf(error), error))
      })
    })
    const claims = request.auth!.payload
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

function kidOf(token: string, challenge: Challenge): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(token)
    return kid
  } catch (error) {
    throw challenge.invalidToken('malformed', error)
  }
}

/** What the library says of a refused token, in our own fixed words. */
function reasonOf(error: unknown): InvalidTokenReason {
  if (error instanceof ProblemError || !(error instanceof Error)) return 'other'
  if (/"exp"|'exp'/.test(error.message)) return 'expired'
  if (/"nbf"/.test(error.message)) return 'not-yet'
  if (/'aud'/.test(error.message)) return 'audience'
  if (/'iss'/.test(error.message)) return 'issuer'
  if (/signature|no applicable key/i.test(error.message)) return 'signature'
  if (/invalid (compact )?jw[st]|malformed/i.test(error.message)) return 'malformed'
  return 'other'
}
