import { errors, jwtVerify, SignJWT } from 'jose'
import type { Secret } from './secret.ts'

/** The header in which the gateway vouches to the services behind it. */
export const identityHeader = 'x-timesheets-identity'
/** The header that names a request through all of its way; the identity is bound to it. */
export const requestIdHeader = 'x-request-id'

/** Who calls, as the gateway found out. */
export interface Identity {
  /** The program: the access token's `azp`, else its `client_id`. */
  readonly client: string
  /** The human, or the program itself where there is none. */
  readonly person: string
  readonly scopes: readonly string[]
}

/** The request that an identity is good for, and no other. */
export interface BoundRequest {
  readonly method: string
  /** The raw request target, query included. */
  readonly target: string
  readonly requestId: string
}

const issuer = 'timesheets-gateway'
const lifeSeconds = 30
const clockSkewSeconds = 5

/** An identity header that must not be believed; the message says why, for the log. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
}

/**
 * Vouches for one request: a compact JWS (RFC 7515), HS256, good for 30 s.
 * @param secret shared with the services behind
 */
export function signIdentity(identity: Identity, request: BoundRequest, secret: Secret): Promise<string> {
  return new SignJWT({
    client: identity.client,
    person: identity.person,
    scopes: identity.scopes,
    method: request.method,
    target: request.target,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setJti(request.requestId)
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds}s`)
    .sign(keyOf(secret))
}

/**
 * Believes an identity header only if it was made for this very request.
 * @param secrets each is accepted, so that one can be replaced while requests flow
 * @throws {IdentityError}
 */
export async function verifyIdentity(
  header: string,
  request: BoundRequest,
  secrets: readonly Secret[],
): Promise<Identity> {
  const claims = await verifyByAny(header, secrets)
  if (
    claims.method !== request.method ||
    claims.target !== request.target ||
    claims.jti !== request.requestId
  ) {
    throw new IdentityError('the identity was made for another request')
  }
  const { client, person, scopes } = claims
  if (typeof client !== 'string' || typeof person !== 'string' || !Array.isArray(scopes)) {
    throw new IdentityError('the identity is incomplete')
  }
  return { client, person, scopes }
}

async function verifyByAny(header: string, secrets: readonly Secret[]): Promise<Record<string, unknown>> {
  let cause: unknown
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(header, keyOf(secret), {
        algorithms: ['HS256'],
        issuer,
        requiredClaims: ['exp', 'iat', 'jti'],
        maxTokenAge: lifeSeconds,
        clockTolerance: clockSkewSeconds,
      })
      return payload
    } catch (error) {
      cause = error
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw new IdentityError('the identity is not signed by the gateway, or is too old', { cause })
}

const encoder = new TextEncoder()
const keyOf = (secret: Secret) => encoder.encode(secret.reveal())
