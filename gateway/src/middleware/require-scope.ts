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

/** The union of `scope` (RFC 8693, section 4.2) and Auth0's `permissions`; no other claim grants anything. */
export function getGrantedScopes(payload: JWTPayload): string[] {
  const scope =
    typeof payload.scope === 'string' ? payload.scope.split(' ').filter((name) => name !== '') : []
  const permissions = Array.isArray(payload.permissions) ? payload.permissions : []
  return [...new Set([...scope, ...permissions.filter((name): name is string => typeof name === 'string')])]
}
