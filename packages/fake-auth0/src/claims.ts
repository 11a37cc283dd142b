import type { AccessToken, ClientCredentials } from 'oidc-provider'
import type { Person } from './registry.ts'

/** The scopes that ask about the person and not of the API. */
export const oidcScopes: readonly string[] = ['openid', 'profile', 'email']

/** Put into persons' tokens by the tenant's login action, and only where the e-mail is verified. */
export const emailClaim = 'https://api.exampleco.com/email'

type Times = { readonly iat: number; readonly exp: number }

/**
 * A machine's claims in Auth0's own token profile: no `jti`, no `client_id`, `scope` only where there is one.
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

/** A person's claims. With `openid` the token also serves for `/userinfo`, which is then a second audience. */
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

/** What `/userinfo` and the ID token say of a person; oidc-provider filters it by the scopes granted. */
export function profileOf(person: Person): Record<string, unknown> & { sub: string } {
  return {
    sub: person.id,
    name: person.name,
    nickname: person.email.split('@', 1)[0],
    email: person.email,
    email_verified: person.emailVerified,
  }
}

/** Auth0 lets a token into `/userinfo` by this audience. */
export function userinfoAudience(issuer: string): string {
  return `${issuer}userinfo`
}

/** The words of a scope. */
export function words(text: unknown): string[] {
  return typeof text === 'string' ? text.split(' ').filter((word) => word !== '') : []
}
