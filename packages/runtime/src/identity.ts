import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Secret } from './secret.ts'

/** The header that carries the identity from the gateway to the services behind it. */
export const identityHeader = 'x-timesheets-identity'
/** The header that carries the id of a request. The identity is bound to it. */
export const requestIdHeader = 'x-request-id'

/** The caller, as the gateway authenticated it. */
export interface Identity {
  /** The program: the access token's `azp`, else its `client_id`. */
  readonly client: string
  /** The person who uses it, or the program itself. */
  readonly person: string
  readonly scopes: readonly string[]
}

/** The only request that an identity is valid for. */
export interface BoundRequest {
  readonly method: string
  /** The raw request target, including the query. */
  readonly target: string
  readonly requestId: string
}

const issuer = 'timesheets-gateway'
const lifeSeconds = 30
const clockSkewSeconds = 5

/** An identity header that must not be trusted. The message is for the log. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
}

const header = encode({ alg: 'HS256' })

const claimsSchema = z.object({
  iss: z.literal(issuer),
  iat: z.number(),
  exp: z.number(),
  jti: z.string(),
  method: z.string(),
  target: z.string(),
  client: z.string(),
  person: z.string(),
  scopes: z.array(z.string()),
})
type Claims = z.infer<typeof claimsSchema>

/**
 * Signs the identity of a caller for one request: a compact JWS (RFC 7515) with HS256, valid for 30 s. It is computed
 * synchronously, because Web Crypto would take a thread-pool job for each of these few hundred bytes.
 * @param secret shared with the services behind the gateway
 */
export function signIdentity(identity: Identity, request: BoundRequest, secret: Secret): string {
  const now = nowSeconds()
  const claims: Claims = {
    iss: issuer,
    iat: now,
    exp: now + lifeSeconds,
    jti: request.requestId,
    method: request.method,
    target: request.target,
    client: identity.client,
    person: identity.person,
    scopes: [...identity.scopes],
  }
  const signed = `${header}.${encode(claims)}`
  return `${signed}.${sign(signed, secret)}`
}

/**
 * Verifies an identity header for the request that carries it.
 * @param secrets each is accepted, so that a secret can be replaced while requests flow
 * @throws {IdentityError}
 */
export function verifyIdentity(token: string, request: BoundRequest, secrets: readonly Secret[]): Identity {
  const claims = verifySignature(token, secrets)
  const now = nowSeconds()
  if (claims.exp - claims.iat > lifeSeconds) throw new IdentityError('the identity is valid for too long')
  if (claims.iat > now + clockSkewSeconds) throw new IdentityError('the identity is from the future')
  if (claims.exp <= now - clockSkewSeconds) throw new IdentityError('the identity has expired')
  if (
    claims.method !== request.method ||
    claims.target !== request.target ||
    claims.jti !== request.requestId
  ) {
    throw new IdentityError('the identity was signed for another request')
  }
  return { client: claims.client, person: claims.person, scopes: claims.scopes }
}

function verifySignature(token: string, secrets: readonly Secret[]): Claims {
  const [head, payload, signature, ...rest] = token.split('.')
  // The gateway writes one header; any other one names another algorithm or a critical extension.
  if (head !== header || payload === undefined || signature === undefined || rest.length > 0)
    throw new IdentityError('the identity is not a JWS of the gateway')
  const given = Buffer.from(signature)
  const isSigned = secrets.some((secret) => {
    const expected = Buffer.from(sign(`${head}.${payload}`, secret))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  if (!isSigned) throw new IdentityError('the identity is not signed with a shared secret')
  const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  if (!claims.success) throw new IdentityError('the identity is incomplete', { cause: claims.error })
  return claims.data
}

function sign(text: string, secret: Secret): string {
  return createHmac('sha256', secret.reveal()).update(text).digest('base64url')
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

const nowSeconds = () => Math.floor(Date.now() / 1000)
