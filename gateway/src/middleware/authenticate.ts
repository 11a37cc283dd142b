import { isUtf8 } from 'node:buffer'
import { text, userId } from '@timesheets/contracts/fields'
import type { Identity } from '@timesheets/runtime/identity'
import type { Logger } from '@timesheets/runtime/logger'
import type { Request, RequestHandler, Response } from 'express'
import { auth, InvalidTokenError, type JWTPayload } from 'express-oauth2-jwt-bearer'
import type { JWTPayload as Claims, JSONWebKeySet } from 'jose'
import type { JwksCache } from '../jwks-cache.ts'
import { hashToken, VerifiedTokens } from '../verified-tokens.ts'
import { getGrantedScopes } from './require-scope.ts'
import { RefusedTokenError, toRefusalReason } from './token-refusal.ts'
import '../locals.ts'

export interface AuthenticateOptions {
  readonly issuers: readonly string[]
  readonly audience: string
  /** The claim that names the person; without it `sub` does. */
  readonly userClaim: string
}

const clockSkewSeconds = 5

/**
 * Verifies the access token by express-oauth2-jwt-bearer, with keys from our own cache, and sets `request.auth` and
 * `response.locals.identity`. Tokens that were verified in the last minute are not verified again while the issuer's keys
 * stay the same. Runs after `bearerToken`.
 */
export function authenticate(
  options: AuthenticateOptions,
  jwks: JwksCache,
  logger: Pick<Logger, 'warn'>,
): RequestHandler {
  let isOtherIssuerReported = false

  /** A wrong AUTH0_ISSUER would otherwise look like invalid tokens. One line is enough, since anyone can cause it. */
  const reportOtherIssuer = (issuer: unknown) => {
    if (isOtherIssuerReported) return
    isOtherIssuerReported = true
    logger.warn(
      { accepted: options.issuers, received: String(issuer).slice(0, 200) },
      'a token comes from another issuer; if it is one of your tenant, correct AUTH0_DOMAIN or AUTH0_ISSUER',
    )
  }
  const verified = new VerifiedTokens()
  // The library imports a key once per verifier, so each key set keeps its verifier.
  const verifiers = new WeakMap<JSONWebKeySet, RequestHandler>()

  const getVerifier = (keySet: JSONWebKeySet): RequestHandler => {
    const known = verifiers.get(keySet)
    if (known !== undefined) return known
    const verifier = createVerifier(options, keySet)
    verifiers.set(keySet, verifier)
    return verifier
  }

  const splitKeySets = new WeakMap<JSONWebKeySet, readonly JSONWebKeySet[]>()

  /** One key set per key, for a token that does not say which key signed it (RFC 7515, section 4.1.4). */
  const splitKeySet = (keySet: JSONWebKeySet): readonly JSONWebKeySet[] => {
    const known = splitKeySets.get(keySet)
    if (known !== undefined) return known
    const split = keySet.keys.map((key) => ({ keys: [key] }))
    splitKeySets.set(keySet, split)
    return split
  }

  /** Tries the key sets in turn, until one verifies the signature. */
  const verifyByAny = (
    [keySet, ...others]: readonly JSONWebKeySet[],
    request: Request,
    response: Response,
    done: (error?: unknown) => void,
  ): void => {
    getVerifier(keySet!)(request, response, (error?: unknown) => {
      const isOtherKey = error instanceof InvalidTokenError && toRefusalReason(error) === 'signature'
      if (isOtherKey && others.length > 0) verifyByAny(others, request, response, done)
      else done(error)
    })
  }

  return (request, response, next) => {
    const token = response.locals.token!
    const tokenHash = hashToken(token)
    const known = verified.get(tokenHash, jwks.usableKeySet)
    if (known !== undefined) {
      request.auth = known.auth
      response.locals.identity = known.identity
      next()
      return
    }
    const verify = async () => {
      const kid = checkBeforeKeys(token, options, reportOtherIssuer)
      const keySet = await jwks.getKeySet(kid)
      verifyByAny(
        kid === undefined ? splitKeySet(keySet) : [keySet],
        request,
        response,
        (error?: unknown) => {
          if (error !== undefined) return next(error)
          try {
            const { payload } = request.auth!
            // A token bound to its sender (RFC 9449, RFC 8705) is no bearer token.
            if (payload.cnf !== undefined) throw new RefusedTokenError('sender-bound')
            const identity = toIdentity(payload, options.userClaim)
            response.locals.identity = identity
            verified.add(tokenHash, keySet, { auth: request.auth!, identity })
          } catch (refusal) {
            return next(refusal)
          }
          next()
        },
      )
    }
    verify().catch(next)
  }
}

/** Every option that the library would read from an environment variable is given. */
function createVerifier({ issuers, audience }: AuthenticateOptions, keySet: JSONWebKeySet): RequestHandler {
  return auth({
    publicKey: keySet as never,
    issuer: issuers[0]!,
    audience,
    tokenSigningAlg: 'RS256',
    clockTolerance: clockSkewSeconds,
    validators: { iss: (iss: unknown) => issuers.includes(iss as string) },
    dpop: { enabled: false },
    mtls: { enabled: false },
    issuerBaseURL: '',
    jwksUri: '',
    secret: '',
  })
}

/**
 * Refuses what can be refused without a key, so that such a token never waits for the issuer's keys. The library checks all
 * of it again, with the signature.
 * @returns the token's `kid`
 */
function checkBeforeKeys(
  token: string,
  { issuers, audience }: AuthenticateOptions,
  onOtherIssuer: (issuer: unknown) => void,
): string | undefined {
  const { kid, alg, claims } = decode(token)
  const { iss, aud, exp } = claims
  if (alg !== 'RS256') throw new RefusedTokenError('algorithm')
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw new RefusedTokenError('no-expiry')
  if (exp <= Date.now() / 1000 - clockSkewSeconds) throw new RefusedTokenError('expired')
  if (!issuers.includes(iss as string)) {
    onOtherIssuer(iss)
    throw new RefusedTokenError('issuer')
  }
  if (![aud].flat().includes(audience)) throw new RefusedTokenError('audience')
  return kid
}

/** @throws {RefusedTokenError} `malformed` */
function decode(token: string): { kid: string | undefined; alg: unknown; claims: Claims } {
  const [header, payload, signature, ...rest] = token.split('.')
  if (signature === undefined || rest.length > 0) throw new RefusedTokenError('malformed')
  decodePart(signature)
  const { kid, alg } = parsePart(header!)
  return { kid: kid as string | undefined, alg, claims: parsePart(payload!) }
}

/** Header and payload are JSON objects in UTF-8, without a byte order mark (RFC 8259, section 8.1). */
function parsePart(part: string): Record<string, unknown> {
  const bytes = decodePart(part)
  if (!isUtf8(bytes)) throw new RefusedTokenError('malformed')
  try {
    const value: unknown = JSON.parse(bytes.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    // No JSON text; `toString` keeps a byte order mark.
  }
  throw new RefusedTokenError('malformed')
}

/**
 * Decodes a part of a token. It must be base64url in its only spelling, without padding (RFC 7515, section 2). Others decode to
 * the same bytes, so that one token would have many spellings.
 */
function decodePart(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw new RefusedTokenError('malformed')
  return bytes
}

/** @throws {RefusedTokenError} `no-client`, `invalid-subject` */
function toIdentity(payload: JWTPayload, userClaim: string): Identity {
  const client = readText(payload.azp) ?? readText(payload.client_id)
  const person = readText(payload[userClaim]) ?? readText(payload.sub)
  if (client === undefined || person === undefined) throw new RefusedTokenError('no-client')
  const subject = readText(payload.sub) ?? person
  if (!clientId.safeParse(client).success || !isPerson(person)) throw new RefusedTokenError('invalid-subject')
  return { client, person, subject, scopes: getGrantedScopes(payload) }
}

/** A client's name is stored with each entry that it writes. */
const clientId = text(256, { controls: false })

const isPerson = (person: string) => userId.safeParse(person).success

function readText(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined
}
