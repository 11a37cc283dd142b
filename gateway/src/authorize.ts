import { text, userId } from '@timesheets/contracts/fields'
import type { Route } from '@timesheets/contracts/route'
import type { Identity } from '@timesheets/runtime/identity'
import type { JWTPayload } from 'express-oauth2-jwt-bearer'
import type { Challenge } from './challenge.ts'

/**
 * Who a token speaks for, and whether it may do what the route is for.
 * @param userClaim the claim that names the person
 * @throws {ProblemError} `insufficient-scope`, `invalid-token`
 */
export function authorize(
  claims: JWTPayload,
  route: Route,
  userClaim: string,
  challenge: Challenge,
): Identity {
  const scopes = grantedBy(claims)
  if (!route.scopes.some((scope) => scopes.includes(scope))) throw challenge.insufficientScope(route.scopes)
  const client = textOf(claims.azp) ?? textOf(claims.client_id)
  const person = textOf(claims[userClaim]) ?? textOf(claims.sub)
  if (client === undefined || person === undefined) throw challenge.invalidToken('anonymous')
  if (!clientId.safeParse(client).success || !isPerson(person)) throw challenge.invalidToken('unfit')
  return { client, person, scopes }
}

/** What is kept with every entry that a client writes. */
const clientId = text(256, { controls: false })

/** Whose hours can be kept; `*` is how a query says "everybody". */
const isPerson = (person: string) => userId.safeParse(person).success && person !== '*'

/** The words of `scope` (RFC 8693, section 4.2) united with Auth0's `permissions`; nothing else grants anything. */
function grantedBy(claims: JWTPayload): string[] {
  const scope = typeof claims.scope === 'string' ? claims.scope.split(' ').filter((word) => word !== '') : []
  const permissions = Array.isArray(claims.permissions) ? claims.permissions : []
  return [...new Set([...scope, ...permissions.filter((word): word is string => typeof word === 'string')])]
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined
}
