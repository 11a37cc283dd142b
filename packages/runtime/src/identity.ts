import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
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
  /** The account: the access token's `sub`. */
  readonly subject: string
  readonly scopes: readonly string[]
}

/** The only request that an identity is valid for. */
export interface BoundRequest {
  readonly method: string
  /** The raw request target, including the query. */
  readonly target: string
  readonly requestId: string
  /** The headers that frame the body; the identity is not valid for another body length. */
  readonly headers: IncomingHttpHeaders
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
  /** Differs in each identity, so that one can be used once. */
  jti: z.string(),
  request_id: z.string(),
  framing: z.string(),
  method: z.string(),
  target: z.string(),
  client: z.string(),
  person: z.string(),
  subject: z.string(),
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
    jti: randomUUID(),
    request_id: request.requestId,
    framing: describeFraming(request.headers),
    method: request.method,
    target: request.target,
    client: identity.client,
    person: identity.person,
    subject: identity.subject,
    scopes: [...identity.scopes],
  }
  const signed = `${header}.${encode(claims)}`
  return `${signed}.${sign(signed, secret)}`
}

/**
 * Verifies an identity header for the request that carries it.
 * @param secrets each is accepted, so that a secret can be replaced while requests flow
 * @param used remembers the identities of this process, so that each is accepted once
 * @throws {IdentityError}
 */
export function verifyIdentity(
  token: string,
  request: BoundRequest,
  secrets: readonly Secret[],
  used: UsedIdentities,
): Identity {
  const claims = verifySignature(token, secrets)
  const now = nowSeconds()
  if (claims.exp - claims.iat > lifeSeconds) throw new IdentityError('the identity is valid for too long')
  if (claims.iat > now + clockSkewSeconds) throw new IdentityError('the identity is from the future')
  if (claims.exp <= now - clockSkewSeconds) throw new IdentityError('the identity has expired')
  if (
    claims.method !== request.method ||
    claims.target !== request.target ||
    claims.request_id !== request.requestId ||
    claims.framing !== describeFraming(request.headers)
  ) {
    throw new IdentityError('the identity was signed for another request')
  }
  if (!used.add(claims.jti)) throw new IdentityError('the identity was used before')
  const { client, person, subject, scopes } = claims
  return { client, person, subject, scopes }
}

/** Remembers identities for as long as they are valid. It keeps two generations, so memory follows the rate of requests. */
export class UsedIdentities {
  #current = new Set<string>()
  #previous = new Set<string>()
  #startedAt = nowSeconds()

  /** @returns false if the identity was added before, within its life */
  add(id: string): boolean {
    if (nowSeconds() - this.#startedAt > lifeSeconds + 2 * clockSkewSeconds) {
      this.#previous = this.#current
      this.#current = new Set()
      this.#startedAt = nowSeconds()
    }
    if (this.#current.has(id) || this.#previous.has(id)) return false
    this.#current.add(id)
    return true
  }
}

/** How the body of a request is framed (RFC 9112, section 6). */
function describeFraming(headers: IncomingHttpHeaders): string {
  return headers['transfer-encoding'] ?? `length ${headers['content-length'] ?? 0}`
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
