import { type Adapter, type Client, type Context, errors, type Grant, Provider } from 'oidc-provider'
import { machineClaims, oidcScopes, personClaims, profileOf } from './claims.ts'
import { registerGrants, resourceServerInfo } from './grants.ts'
import type { SigningKey } from './keys.ts'
import { errorPage } from './login-page.ts'
import { isLoopback } from './loopback.ts'
import { personById, type Client as RegisteredClient, type Registry } from './registry.ts'
import { speakAuth0 } from './token-endpoint.ts'

interface ProviderOptions {
  /** With the slash at its end. */
  readonly issuer: string
  readonly registry: Registry
  /** The first one signs. */
  readonly keys: readonly SigningKey[]
  readonly memory: (model: string) => Adapter
  readonly cookieKeys: readonly string[]
}

const day = 86_400

/** oidc-provider, set up as an Auth0 tenant: its paths, its lifetimes, its claims, its errors. */
export function createProvider({ issuer, registry, keys, memory, cookieKeys }: ProviderOptions): Provider {
  const provider = new Provider(issuer, {
    adapter: memory,
    jwks: { keys },
    clients: registry.clients.map(clientMetadata),
    cookies: { keys: cookieKeys },
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
    },
    scopes: oidcScopes,
    claims: {
      openid: ['sub'],
      profile: ['name', 'nickname'],
      email: ['email', 'email_verified'],
    },
    // Auth0 puts the profile into the ID token too, whatever else is issued with it.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'private_key_jwt', 'none'],
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => undefined,
        // The code's audience is the token's, though the exchange does not name it again.
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_ctx: Context, audience: string) => {
          if (audience !== registry.audience) {
            throw new errors.AccessDenied(`Service not found: ${audience}`)
          }
          return resourceServerInfo(registry)
        },
      },
    },
    // Seconds; those of access tokens and ID tokens are Auth0's defaults.
    ttl: {
      AccessToken: day,
      ClientCredentials: day,
      IdToken: 36_000,
      AuthorizationCode: 600,
      Interaction: 3600,
      Session: 3 * day,
      Grant: 3 * day,
    },
    expiresWithSession: async () => false,
    clientBasedCORS: (_ctx: Context, origin: string, _client: Client) => isLoopback(origin),
    interactions: { url: async (_ctx, interaction) => `/login/${interaction.uid}` },
    findAccount: async (_ctx, id) => {
      const person = personById(registry, id)
      return person && { accountId: person.id, claims: async () => profileOf(person) }
    },
    loadExistingGrant: (ctx) => grantWithoutAsking(ctx, registry),
    renderError: async (ctx, { error, error_description }) => {
      ctx.type = 'html'
      ctx.body = errorPage(`${error}: ${error_description ?? 'the request cannot be answered'}`)
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
          const person = personById(registry, token.accountId)
          if (person === undefined) throw new Error('a token was to be issued to a person who is not there')
          // oidc-provider gives a token for an API that API's scopes only; Auth0 keeps `openid` and the like.
          const asked = ctx.oidc.authorizationCode?.scopes ?? new Set<string>()
          const scope = new Set([...oidcScopes.filter((word) => asked.has(word)), ...token.scopes])
          jwt.payload = personClaims(token, person, [...scope], issuer, times)
        },
      },
    },
  })
  registerGrants(provider, registry)
  speakAuth0(provider)
  // A local app may run on any port, which no list of redirect URIs can say.
  provider.Client.prototype.redirectUriAllowed = isLoopback
  provider.on('server_error', (_ctx, error) => console.error('issuer: server_error', error))
  provider.on('error', (error) => console.error('issuer: error', error))
  return provider
}

function clientMetadata(client: RegisteredClient): Record<string, unknown> {
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
 * First-party clients ask no consent: whoever has logged in has granted what the person's permissions allow. The rest
 * is marked as refused, or oidc-provider would ask for it.
 */
async function grantWithoutAsking(ctx: Context, registry: Registry): Promise<Grant> {
  const { provider, client, account, resourceServers } = ctx.oidc
  const permissions: readonly string[] = personById(registry, account.accountId)?.permissions ?? []
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
  grant.addOIDCScope(oidcScopes.join(' '))
  for (const audience of Object.keys(resourceServers)) {
    grant.addResourceScope(audience, permissions.join(' '))
    const refused = registry.scopes.filter((scope) => !permissions.includes(scope))
    grant.rejectResourceScope(audience, refused.join(' '))
  }
  await grant.save()
  return grant
}
