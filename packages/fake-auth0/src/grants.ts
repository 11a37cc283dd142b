import type { Context, Provider, ResourceServer } from 'oidc-provider'
import { oidcScopes, profileOf, words } from './claims.ts'
import { Refusal } from './refusal.ts'
import type { Registry } from './registry.ts'

/**
 * Teaches a provider Auth0's two grants without a browser. Both come after the client has proven who it is.
 * `client_credentials` replaces oidc-provider's own, which knows `resource` and no client grants.
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

/** The API as oidc-provider wants it described: JWTs, signed with RS256. */
export function resourceServerInfo(registry: Registry) {
  return {
    scope: registry.scopes.join(' '),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  } as const
}

/**
 * A machine gets the scopes of its client grant, or those of them that it asks for.
 * https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow
 */
async function machineGrant(ctx: Context, registry: Registry): Promise<void> {
  const { provider, client, params } = ctx.oidc
  const resourceServer = requestedApi(ctx, registry)
  const grant = registry.clients.find(({ clientId }) => clientId === client.clientId)?.grant
  if (grant === undefined) {
    throw new Refusal(
      403,
      'access_denied',
      `Client is not authorized to access "${registry.audience}". You need to create a "client-grant" associated to this API.`,
    )
  }
  const asked = words(params.scope)
  const beyond = asked.filter((scope) => !(grant as readonly string[]).includes(scope))
  if (beyond.length > 0) {
    throw new Refusal(403, 'access_denied', `Client has not been granted scopes: ${beyond.join(', ')}`)
  }

  const scope = (asked.length > 0 ? asked : grant).join(' ') || undefined
  const token = new provider.ClientCredentials({ client, scope })
  token.resourceServer = resourceServer
  ctx.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    token_type: token.tokenType,
  }
}

/**
 * A person's token for e-mail and password. Without API scopes it asks for all that the person may do, as a trusted
 * client does; scopes beyond that are dropped in silence (RBAC).
 * https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow
 */
async function passwordGrant(ctx: Context, registry: Registry): Promise<void> {
  const { provider, client, params } = ctx.oidc
  for (const name of ['username', 'password']) {
    if (!params[name]) throw new Refusal(400, 'invalid_request', `Missing required parameter: ${name}`)
  }
  const resourceServer = requestedApi(ctx, registry)
  const person = registry.people.find(({ email }) => email === params.username?.toLowerCase())
  if (person === undefined || person.password !== params.password) {
    throw new Refusal(403, 'invalid_grant', 'Wrong email or password.')
  }

  const asked = words(params.scope)
  const about = oidcScopes.filter((scope) => asked.includes(scope))
  const ofApi = asked.filter((scope) => !oidcScopes.includes(scope))
  const allowed = person.permissions.filter((scope) => ofApi.length === 0 || ofApi.includes(scope))
  const token = new provider.AccessToken({
    client,
    accountId: person.id,
    gty: 'password',
    scope: [...about, ...allowed].join(' '),
  })
  token.resourceServer = resourceServer
  ctx.body = {
    access_token: await token.save(),
    expires_in: token.expiration,
    token_type: token.tokenType,
    ...(about.includes('openid') ? { id_token: await idToken() } : {}),
  }

  function idToken(): Promise<string> {
    const profile = profileOf(person!)
    ctx.oidc.entity('Account', { accountId: person!.id, claims: async () => profile })
    const token = new provider.IdToken(profile, { ctx })
    token.scope = about.join(' ')
    return token.issue({ use: 'idtoken' })
  }
}

/** The tenant has one API and no default audience. */
function requestedApi(ctx: Context, registry: Registry): ResourceServer {
  const { provider, params } = ctx.oidc
  if (!params.audience) {
    throw new Refusal(
      403,
      'access_denied',
      'No audience parameter was provided, and no default audience has been configured',
    )
  }
  if (params.audience !== registry.audience) {
    throw new Refusal(403, 'access_denied', `Service not enabled within domain: ${params.audience}`)
  }
  return new provider.ResourceServer(registry.audience, resourceServerInfo(registry))
}
