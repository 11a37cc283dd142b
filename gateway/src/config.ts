import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'
import { serverSettings } from '@timesheets/runtime/http/server-settings'
import { parseOrigin } from './middleware/cors.ts'

/** Every variable of the gateway. */
export const gatewaySettings = {
  ...serverSettings('GATEWAY', 8080),
  publicUrl: setting.url('PUBLIC_URL', {
    default: 'http://127.0.0.1:8080',
    doc: 'Public URL of this API',
  }),
  serviceUrl: setting.url('SERVICE_URL', { doc: 'URL of the timesheets-service' }),
  serviceTimeoutMs: setting.integer('SERVICE_TIMEOUT_MS', {
    default: 30_000,
    min: 10,
    doc: 'How long the service may be silent before its request is cancelled (ms)',
  }),
  identitySecret: setting.secret('IDENTITY_SECRET', {
    minLength: 32,
    doc: 'Shared with the services behind the gateway; signs the identity of a caller',
  }),
  auth0Domain: optional(
    setting.custom('AUTH0_DOMAIN', 'a domain', { doc: "The tenant's domain" }, parseDomain),
  ),
  auth0CustomDomains: setting.custom(
    'AUTH0_CUSTOM_DOMAINS',
    'domains, separated by commas',
    { default: '', doc: "The tenant's custom domains; their tokens are accepted too" },
    (text) => text.split(',').flatMap((word) => (word.trim() === '' ? [] : [parseDomain(word.trim())])),
  ),
  auth0Audience: setting.text('AUTH0_AUDIENCE', {
    doc: 'The identifier of this API in the tenant: `aud` of a token',
  }),
  auth0Issuer: optional(
    setting.custom(
      'AUTH0_ISSUER',
      'a URL',
      { doc: '`iss` of a token, if it is not https://{AUTH0_DOMAIN}/' },
      parseUrl,
    ),
  ),
  auth0JwksUri: optional(
    setting.custom(
      'AUTH0_JWKS_URI',
      'a URL',
      { doc: "URL of the issuer's keys, if it is not .well-known/jwks.json" },
      parseUrl,
    ),
  ),
  allowHttpIssuer: setting.flag('ALLOW_HTTP_ISSUER', {
    default: false,
    doc: 'Allow plain http for issuer and keys: for the local stack only',
  }),
  jwksMaxAgeMs: setting.integer('JWKS_MAX_AGE_MS', {
    default: 600_000,
    min: 1000,
    doc: "Age at which the issuer's keys are reloaded at the latest (ms): a revoked key is accepted for up to this long",
  }),
  jwksMaxStaleMs: setting.integer('JWKS_MAX_STALE_MS', {
    default: 3_600_000,
    doc: 'How much longer known keys are used while the issuer does not respond (ms): during an outage a revoked key is accepted for this long',
  }),
  userClaim: setting.text('USER_CLAIM', {
    default: 'https://api.exampleco.com/email',
    doc: 'Claim of the token that names the person',
  }),
  corsOrigins: setting.custom(
    'CORS_ORIGINS',
    'origins, separated by commas',
    {
      default: '',
      doc: 'Origins of the browser apps that may call the API, such as https://app.exampleco.com',
    },
    (text) => text.split(',').flatMap((word) => (word.trim() === '' ? [] : [parseOrigin(word.trim())])),
  ),
  accessLog: setting.flag('ACCESS_LOG', {
    default: true,
    doc: 'Log one line per request, without token, path and names of persons',
  }),
}

export type GatewaySettings = InferConfig<typeof gatewaySettings>

export interface GatewayConfig extends GatewaySettings {
  /** Each accepted `iss`: the tenant's domain and its custom domains. */
  readonly issuers: readonly string[]
  readonly jwksUri: string
}

/** @throws {ConfigError} with every invalid setting */
export function readGatewayConfig(environment: Environment): GatewayConfig {
  const settings = readConfig(environment, gatewaySettings, ...crossChecks)
  const issuer = settings.auth0Issuer ?? toIssuer(settings.auth0Domain!)
  return {
    ...settings,
    issuers: [issuer, ...settings.auth0CustomDomains.map(toIssuer)],
    jwksUri: settings.auth0JwksUri ?? new URL('.well-known/jwks.json', issuer).href,
  }
}

const toIssuer = (domain: string) => `https://${domain}/`

/** Tokens of Auth0 carry an issuer with a slash at the end, and an audience is compared letter by letter. */
function checkTokenNames({ auth0Issuer, auth0Audience }: GatewaySettings): string[] {
  const isAuth0 = auth0Issuer !== undefined && new URL(auth0Issuer).hostname.endsWith('.auth0.com')
  return [
    ...(isAuth0 && !auth0Issuer.endsWith('/')
      ? [`AUTH0_ISSUER: lacks the slash at the end that tokens of Auth0 carry: ${auth0Issuer}/`]
      : []),
    ...(auth0Audience === auth0Audience.trim()
      ? []
      : [`AUTH0_AUDIENCE: "${auth0Audience}" starts or ends with a blank, which no token carries`]),
  ]
}

const crossChecks: readonly ((config: GatewaySettings) => string[])[] = [
  ({ auth0Domain, auth0Issuer }) =>
    auth0Domain === undefined && auth0Issuer === undefined
      ? ['AUTH0_DOMAIN: is not set; it takes the domain of the tenant, such as exampleco.eu.auth0.com']
      : [],
  ({ auth0Issuer, allowHttpIssuer }) => plainHttp('AUTH0_ISSUER', auth0Issuer, allowHttpIssuer),
  ({ auth0JwksUri, allowHttpIssuer }) => plainHttp('AUTH0_JWKS_URI', auth0JwksUri, allowHttpIssuer),
  ({ auth0Domain, auth0Issuer, auth0CustomDomains, identitySecret }) => {
    // A domain beside a local issuer is a half finished change of tenants.
    const isStandIn = auth0Issuer !== undefined && new URL(auth0Issuer).protocol === 'http:'
    const isRealTenant = !isStandIn || auth0Domain !== undefined || auth0CustomDomains.length > 0
    return isRealTenant && identitySecret.isLocalOnly
      ? [
          'IDENTITY_SECRET: is the one of the local stack, which anyone can read in its repository; a real tenant needs one of its own (openssl rand -hex 32)',
        ]
      : []
  },
  checkTokenNames,
  ({ serviceUrl }) =>
    // The path that was checked is forwarded, so the proxy must not add to it.
    new URL(serviceUrl).pathname === '/'
      ? []
      : ['SERVICE_URL: has a path; it takes scheme, host and port only'],
]

function plainHttp(name: string, url: string | undefined, isAllowed: boolean): string[] {
  if (isAllowed || url === undefined || new URL(url).protocol !== 'http:') return []
  return [
    `${name}: is plain http, which anyone on the way can change; use https (ALLOW_HTTP_ISSUER=true is for the local stack)`,
  ]
}

function parseDomain(text: string): string {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)) {
    throw new Error(`"${text}" is not a domain alone, such as exampleco.eu.auth0.com`)
  }
  return text.toLowerCase()
}

/** Returns the text unchanged, because issuers are compared as texts (RFC 8414, section 3.3). */
function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error(`"${text}" is not an http(s) URL`)
  if (url.username !== '' || url.password !== '')
    throw new Error('holds a user name or password, which a URL must not')
  return text
}
