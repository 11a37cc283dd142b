import { ProblemError } from '@timesheets/contracts/problem'

/** Why a token is not taken, in fixed words: no byte of a request ever reaches a header. */
const reasons = {
  malformed: 'The access token is malformed',
  expired: 'The access token has expired',
  endless: 'The access token has no expiry (exp)',
  'not-yet': 'The access token is not valid yet',
  audience: 'The access token is for another API',
  issuer: 'The access token comes from another issuer',
  algorithm: 'The access token is not signed with RS256',
  signature: 'The access token is not signed by the issuer',
  'sender-bound': 'The access token is bound to its sender (cnf), which is not supported here',
  anonymous: 'The access token names no client',
  unfit: 'The access token names a client or a person as none can be called here',
  other: 'The access token is not valid',
} as const

export type InvalidTokenReason = keyof typeof reasons

/** Builds the challenges of RFC 6750, section 3, with where to learn more (RFC 9728, section 5.1). */
export class Challenge {
  readonly #common: string

  constructor(publicUrl: string) {
    this.#common = `realm="timesheets", resource_metadata="${publicUrl}/.well-known/oauth-protected-resource"`
  }

  /** No token: no error code either (RFC 6750, section 3.1). */
  missingToken(): ProblemError {
    return new ProblemError('missing-token', 'Send an access token in the header Authorization: Bearer', {
      headers: { 'www-authenticate': `Bearer ${this.#common}` },
    })
  }

  invalidToken(reason: InvalidTokenReason, cause?: unknown): ProblemError {
    const description = reasons[reason]
    return new ProblemError('invalid-token', description, {
      headers: {
        'www-authenticate': `Bearer error="invalid_token", error_description="${description}", ${this.#common}`,
      },
      cause,
    })
  }

  insufficientScope(scopes: readonly string[]): ProblemError {
    const detail = `The access token allows none of: ${scopes.join(', ')}`
    return new ProblemError('insufficient-scope', detail, {
      members: { scopes },
      headers: {
        'www-authenticate': `Bearer error="insufficient_scope", scope="${scopes.join(' ')}", ${this.#common}`,
      },
    })
  }

  /** The token came in a way that is not taken, or in two (RFC 6750, section 2). */
  invalidRequest(detail: string): ProblemError {
    return new ProblemError('invalid-request', detail, {
      headers: { 'www-authenticate': `Bearer error="invalid_request", ${this.#common}` },
    })
  }
}
