import type { Context, Provider, ResourceServer } from 'oidc-provider'
import { buildProfile, oidcScopes, splitScope } from './claims.ts'
import { OAuthError } from './oauth-error.ts'
import type { Registry } from './registry.ts'

/**
 * Registers Auth0's two grants that need no browser. oidc-provider authenticates the client before it calls them.
 * `client_credentials` replaces oidc-provider's own grant, which has neither `audience` nor client grants.
 */
export function registerGrants(provider: Provider, registry: Registry): void {
  provider.registerGrantType('client_credentials', (ctx) => machineGrant(ctx, registry), [
    'audience',
    'scope',
  ])
  provider.registerGrantType('password', (ctx) => passwordGrant(ctx, registry), [
    'username',
    'password',
    'audience',
    'scope',
  ])
}

/** Describes the API to oidc-provider: JWTs signed with RS256. */
export function buildResourceServerInfo(registry: Registry) {
  return {
    scope: registry.scopes.join(' '),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  } as const
}

/**
 * Issues a machine token with all scopes of the client grant, or with the requested subset.
 * https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow
 */
async function machineGrant(ctx: Context, registry: Registry): Promise<void> {
  const { provider, client, params } = ctx.oidc
  const resourceServer = requireApi(ctx, registry)
  const { grant, tokenSeconds: expiresIn } =
    registry.clients.find(({ clientId }) => clientId === client.clientId) ?? {}
  if (grant === undefined) {
    throw new OAuthError(
      403,
      'access_denied',
      `Client is not authorized to access "${registry.audience}". You need to create a "client-grant" associated to this API.`,
    )
  }
  const requested = splitScope(params.scope)
  const excess = requested.filter((scope) => !(grant as readonly string[]).includes(scope))
  if (excess.length > 0) {
    throw new OAuthError(403, 'access_denied', `Client has not been granted scopes: ${excess.join(', ')}`)
  }

  const scope = (requested.length > 0 ? requested : grant).join(' ') || undefined
  const token = new provider.ClientCredentials({ client, scope, expiresIn })
  token.resourceServer = resourceServer
  ctx.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    token_type: token.tokenType,
  }
}

/**
 * Issues a person's token for e-mail and password. Without API scopes the token gets all permissions of the person, as
 * for a trusted client; with RBAC, Auth0 drops scopes beyond the permissions without an error.
 * https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow
 */
async function passwordGrant(ctx: Context, registry: Registry): Promise<void> {
  const { provider, client, params } = ctx.oidc
  for (const name of ['username', 'password']) {
    if (!params[name]) throw new OAuthError(400, 'invalid_request', `Missing required parameter: ${name}`)
  }
  const resourceServer = requireApi(ctx, registry)
  const person = registry.people.find(({ email }) => email === params.username?.toLowerCase())
  if (person === undefined || person.password !== params.password) {
    throw new OAuthError(403, 'invalid_grant', 'Wrong email or password.')
  }

  const requested = splitScope(params.scope)
  const identityScopes = oidcScopes.filter((scope) => requested.includes(scope))
  const apiScopes = requested.filter((scope) => !oidcScopes.includes(scope))
  const allowed = person.permissions.filter((scope) => apiScopes.length === 0 || apiScopes.includes(scope))
  const token = new provider.AccessToken({
    client,
    accountId: person.id,
    gty: 'password',
    scope: [...identityScopes, ...allowed].join(' '),
  })
  token.resourceServer = resourceServer
  ctx.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    token_type: token.tokenType,
    ...(identityScopes.includes('openid') ? { id_token: await issueIdToken() } : {}),
  }

  function issueIdToken(): Promise<string> {
    const profile = buildProfile(person!)
    ctx.oidc.entity('Account', { accountId: person!.id, claims: async () => profile })
    const token = new provider.IdToken(profile, { ctx })
    token.scope = identityScopes.join(' ')
    return token.issue({ use: 'idtoken' })
  }
}

/** Returns the requested API. The tenant has one API and no default audience. */
function requireApi(ctx: Context, registry: Registry): ResourceServer {
  const { provider, params } = ctx.oidc
  if (!params.audience) {
    throw new OAuthError(
      403,
      'access_denied',
      'No audience parameter was provided, and no default audience has been configured',
    )
  }
  if (params.audience !== registry.audience) {
    throw new OAuthError(403, 'access_denied', `Service not enabled within domain: ${params.audience}`)
  }
  return new provider.ResourceServer(registry.audience, buildResourceServerInfo(registry))
}
