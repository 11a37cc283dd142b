import type { Scope } from '@timesheets/contracts/scope'
import { InsufficientScopeError, InvalidTokenError } from 'express-oauth2-jwt-bearer'

/** Why a token is refused, in fixed texts: no byte of a request reaches a response header. */
export const refusalTexts = {
  malformed: 'The access token is malformed',
  expired: 'The access token has expired',
  'no-expiry': 'The access token has no expiry (exp)',
  'not-yet': 'The access token is not valid yet',
  audience: 'The access token is for another API',
  issuer: 'The access token comes from another issuer',
  algorithm: 'The access token is not signed with RS256',
  signature: 'The access token is not signed by the issuer',
  'sender-bound': 'The access token is bound to its sender (cnf), which is not supported here',
  'no-client': 'The access token names no client',
  'invalid-subject': 'The access token names a client or a person with a name that is not supported',
  other: 'The access token is not valid',
} as const

export type RefusalReason = keyof typeof refusalTexts

/** A token that our own checks refuse; an error of the library, like those of its checks. */
export class RefusedTokenError extends InvalidTokenError {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(refusalTexts[reason])
    this.reason = reason
  }
}

/** A valid token without any of the scopes of a route. */
export class MissingScopeError extends InsufficientScopeError {
  readonly scopes: readonly Scope[]

  constructor(scopes: readonly Scope[]) {
    super([...scopes])
    this.scopes = scopes
  }
}

/**
 * The messages of express-oauth2-jwt-bearer, and of jose inside it, by reason; the first match counts. The library keeps
 * no code of the underlying error.
 */
const messagePatterns: readonly (readonly [RegExp, RefusalReason])[] = [
  [/'exp'|"exp" claim must/, 'no-expiry'],
  [/"exp"/, 'expired'],
  [/"nbf"/, 'not-yet'],
  [/'aud'/, 'audience'],
  [/'iss'/, 'issuer'],
  [/algorithm|"alg"|'alg'/i, 'algorithm'],
  [/signature|no applicable key/i, 'signature'],
  [/invalid (compact )?jw[st]|malformed|must be a top-level|invalid token or protected header/i, 'malformed'],
]

/** Finds the reason of an error of the library. */
export function toRefusalReason(error: InvalidTokenError): RefusalReason {
  if (error instanceof RefusedTokenError) return error.reason
  return messagePatterns.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'other'
}
