import type { AccessToken, ClientCredentials } from 'oidc-provider'
import type { Person } from './registry.ts'

/** The OpenID Connect scopes: they request data about the person, not rights in the API. */
export const oidcScopes: readonly string[] = ['openid', 'profile', 'email']

/** Requests a refresh token. */
export const offlineAccess = 'offline_access'

/**
 * The name of `offline_access` inside oidc-provider, which drops that scope from a login without `prompt=consent`. Auth0
 * asks a first-party client for no consent.
 */
export const innerOfflineAccess = 'refresh'

/** Replaces a scope in a `scope` parameter. */
export function renameScope(text: string, from: string, to: string): string {
  return splitScope(text)
    .map((scope) => (scope === from ? to : scope))
    .join(' ')
}

/** The claim that the tenant's login action adds to a person's token, only for a verified e-mail. */
export const emailClaim = 'https://api.exampleco.com/email'

type Times = { readonly iat: number; readonly exp: number }

/**
 * Builds the claims of a machine token in Auth0's own token profile: no `jti`, no `client_id`, no empty `scope`.
 * https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
 */
export function machineClaims(token: ClientCredentials, issuer: string, { iat, exp }: Times): object {
  return {
    iss: issuer,
    sub: `${token.clientId}@clients`,
    aud: token.aud,
    iat,
    exp,
    ...(token.scope ? { scope: token.scope } : {}),
    gty: 'client-credentials',
    azp: token.clientId,
  }
}

/** Builds the claims of a person's token. With `openid`, `/userinfo` is a second audience. */
export function personClaims(
  token: AccessToken,
  person: Person,
  scope: readonly string[],
  issuer: string,
  { iat, exp }: Times,
): object {
  return {
    ...(person.emailVerified ? { [emailClaim]: person.email } : {}),
    iss: issuer,
    sub: person.id,
    aud: scope.includes('openid') ? [token.aud, userinfoAudience(issuer)] : token.aud,
    iat,
    exp,
    ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
    ...(token.gty === 'password' ? { gty: 'password' } : {}),
    azp: token.clientId,
    permissions: person.permissions,
  }
}

/** Builds the claims for `/userinfo` and the ID token; oidc-provider filters them by the granted scopes. */
export function buildProfile(person: Person): Record<string, unknown> & { sub: string } {
  return {
    sub: person.id,
    name: person.name,
    nickname: person.email.split('@', 1)[0],
    email: person.email,
    email_verified: person.emailVerified,
  }
}

/** The audience that Auth0 requires at `/userinfo`. */
export function userinfoAudience(issuer: string): string {
  return `${issuer}userinfo`
}

/** Splits a `scope` parameter or claim at its blanks. RFC 6749, 3.3. */
export function splitScope(text: unknown): string[] {
  return typeof text === 'string' ? text.split(' ').filter((scope) => scope !== '') : []
}
