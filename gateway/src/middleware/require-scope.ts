import type { Scope } from '@timesheets/contracts/scope'
import type { RequestHandler } from 'express'
import { claimCheck, type JWTPayload } from 'express-oauth2-jwt-bearer'
import { MissingScopeError } from './token-refusal.ts'

/**
 * Requires any one of a route's scopes. The error is thrown inside the check, because `claimCheck` alone turns a failed check
 * into 401 (RFC 6750, section 3.1, requires 403).
 */
export function requireScope(scopes: readonly Scope[]): RequestHandler {
  return claimCheck((payload) => {
    const granted = getGrantedScopes(payload)
    if (!scopes.some((scope) => granted.includes(scope))) throw new MissingScopeError(scopes)
    return true
  })
}

/** The scopes of tokens that are in use; requests with the same token share its payload. */
const grantedScopes = new WeakMap<JWTPayload, readonly string[]>()

/** The union of `scope` (RFC 8693, section 4.2) and Auth0's `permissions`; no other claim grants anything. */
export function getGrantedScopes(payload: JWTPayload): readonly string[] {
  const known = grantedScopes.get(payload)
  if (known !== undefined) return known
  const scope =
    typeof payload.scope === 'string' ? payload.scope.split(' ').filter((name) => name !== '') : []
  const permissions = Array.isArray(payload.permissions) ? payload.permissions : []
  const granted = [
    ...new Set([...scope, ...permissions.filter((name): name is string => typeof name === 'string')]),
  ]
  grantedScopes.set(payload, granted)
  return granted
}
