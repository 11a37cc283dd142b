import { type Adapter, type Client, type Context, errors, type Grant, Provider } from 'oidc-provider'
import {
  buildProfile,
  innerOfflineAccess,
  machineClaims,
  offlineAccess,
  oidcScopes,
  personClaims,
} from './claims.ts'
import { buildResourceServerInfo, registerGrants } from './grants.ts'
import type { SigningKey } from './keys.ts'
import { errorPage } from './login-page.ts'
import { isLoopbackUrl } from './loopback-url.ts'
import { findPerson, type Client as RegisteredClient, type Registry } from './registry.ts'
import { useAuth0Responses } from './token-endpoint.ts'

interface ProviderOptions {
  /** With the trailing slash. */
  readonly issuer: string
  readonly registry: Registry
  /** The first one signs. */
  readonly keys: readonly SigningKey[]
  readonly adapter: (model: string) => Adapter
  readonly cookieKeys: readonly string[]
}

const day = 86_400

/** Creates an oidc-provider with the paths, lifetimes, claims and errors of an Auth0 tenant. */
export function createProvider({ issuer, registry, keys, adapter, cookieKeys }: ProviderOptions): Provider {
  const provider = new Provider(issuer, {
    adapter,
    jwks: { keys },
    clients: registry.clients.map(toClientMetadata),
    cookies: { keys: cookieKeys },
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
      revocation: '/oauth/revoke',
    },
    scopes: [...oidcScopes, innerOfflineAccess],
    claims: {
      openid: ['sub'],
      profile: ['name', 'nickname'],
      email: ['email', 'email_verified'],
    },
    // Auth0 always adds the profile to the ID token.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'private_key_jwt', 'none'],
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      // Auth0's SDK for single-page apps renews its tokens in a hidden frame, which posts the response to the app.
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
      revocation: {
        enabled: true,
        allowedPolicy: async (_ctx: Context, client: Client, token: { clientId: string }) =>
          token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => undefined,
        // The token gets the audience of the code, because the code exchange does not name it again.
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_ctx: Context, audience: string) => {
          if (audience !== registry.audience) {
            throw new errors.AccessDenied(`Service not found: ${audience}`)
          }
          return buildResourceServerInfo(registry)
        },
      },
    },
    issueRefreshToken: async (_ctx: Context, client: Client, code: { scopes: ReadonlySet<string> }) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has(innerOfflineAccess),
    // A second use of a refresh token revokes all tokens that came from the same login.
    rotateRefreshToken: true,
    // In seconds. Access tokens and ID tokens have Auth0's default lifetimes.
    ttl: {
      AccessToken: day,
      ClientCredentials: day,
      IdToken: 36_000,
      AuthorizationCode: 600,
      Interaction: 3600,
      RefreshToken: 30 * day,
      Session: 3 * day,
      Grant: 30 * day,
    },
    expiresWithSession: async () => false,
    clientBasedCORS: (_ctx: Context, origin: string, _client: Client) => isLoopbackUrl(origin),
    interactions: { url: async (_ctx, interaction) => `/login/${interaction.uid}` },
    findAccount: async (_ctx, id) => {
      const person = findPerson(registry, id)
      return person && { accountId: person.id, claims: async () => buildProfile(person) }
    },
    loadExistingGrant: (ctx) => grantPermissions(ctx, registry),
    renderError: async (ctx, { error, error_description }) => {
      ctx.type = 'html'
      ctx.body = errorPage(`${error}: ${error_description ?? 'the request cannot be processed'}`)
    },
    formats: {
      customizers: {
        jwt: async (ctx, token, jwt) => {
          const times = jwt.payload as { iat: number; exp: number }
          jwt.header = { typ: 'JWT' }
          if (token.kind === 'ClientCredentials') {
            jwt.payload = machineClaims(token, issuer, times)
            return
          }
          const person = findPerson(registry, token.accountId)
          if (person === undefined) throw new Error(`There is no person ${token.accountId}`)
          // oidc-provider removes `openid` and its like from a token for an API; Auth0 keeps them.
          const { AuthorizationCode, RefreshToken } = ctx.oidc.entities
          const requested = (AuthorizationCode ?? RefreshToken)?.scopes ?? new Set<string>()
          const scope = new Set([
            ...oidcScopes.filter((name) => requested.has(name)),
            ...(requested.has(innerOfflineAccess) ? [offlineAccess] : []),
            ...token.scopes,
          ])
          jwt.payload = personClaims(token, person, [...scope], issuer, times)
        },
      },
    },
  })
  registerGrants(provider, registry)
  useAuth0Responses(provider)
  // Local apps run on any port, which a list of redirect URIs cannot express. RFC 8252, 7.3.
  provider.Client.prototype.redirectUriAllowed = isLoopbackUrl
  provider.on('server_error', (_ctx, error) => console.error('issuer: server_error', error))
  provider.on('error', (error) => console.error('issuer: error', error))
  return provider
}

function toClientMetadata(client: RegisteredClient): Record<string, unknown> {
  const browser = client.grantTypes.includes('authorization_code')
  return {
    client_id: client.clientId,
    grant_types: [...client.grantTypes],
    response_types: browser ? ['code'] : [],
    redirect_uris: browser ? ['http://127.0.0.1/', 'http://localhost/'] : [],
    ...(client.publicKeys !== undefined
      ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [...client.publicKeys] } }
      : client.secret !== undefined
        ? { token_endpoint_auth_method: 'client_secret_post', client_secret: client.secret }
        : { token_endpoint_auth_method: 'none' }),
  }
}

/**
 * Grants the scopes in the person's permissions without consent, as Auth0 does for first-party clients. The other
 * scopes are marked as rejected; otherwise oidc-provider would ask for consent.
 */
async function grantPermissions(ctx: Context, registry: Registry): Promise<Grant> {
  const { provider, client, account, resourceServers } = ctx.oidc
  const permissions: readonly string[] = findPerson(registry, account.accountId)?.permissions ?? []
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
  grant.addOIDCScope([...oidcScopes, innerOfflineAccess].join(' '))
  for (const audience of Object.keys(resourceServers)) {
    grant.addResourceScope(audience, permissions.join(' '))
    const refused = registry.scopes.filter((scope) => !permissions.includes(scope))
    grant.rejectResourceScope(audience, refused.join(' '))
  }
  await grant.save()
  return grant
}
