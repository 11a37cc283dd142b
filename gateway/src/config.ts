import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'
import { serverSettings } from '@timesheets/runtime/server-settings'
import { parseOrigin } from './cors.ts'

/** Every variable of the gateway. */
export const gatewaySettings = {
  ...serverSettings('GATEWAY', 8080),
  publicUrl: setting.url('PUBLIC_URL', {
    default: 'http://127.0.0.1:8080',
    doc: 'What the outside calls this API',
  }),
  serviceUrl: setting.url('SERVICE_URL', { doc: 'Where the timesheets-service listens' }),
  serviceTimeoutMs: setting.integer('SERVICE_TIMEOUT_MS', {
    default: 30_000,
    min: 10,
    doc: 'How long the service may be silent before a request is given up (ms)',
  }),
  identitySecret: setting.secret('IDENTITY_SECRET', {
    minLength: 32,
    doc: 'Shared with the services behind, to which the gateway signs with it who calls',
  }),
  auth0Domain: optional(
    setting.custom('AUTH0_DOMAIN', 'a domain', { doc: "The tenant's domain" }, parseDomain),
  ),
  auth0CustomDomains: setting.custom(
    'AUTH0_CUSTOM_DOMAINS',
    'domains, separated by commas',
    { default: '', doc: "The tenant's custom domains, whose tokens are as good" },
    (text) => text.split(',').flatMap((word) => (word.trim() === '' ? [] : [parseDomain(word.trim())])),
  ),
  auth0Audience: setting.text('AUTH0_AUDIENCE', {
    doc: 'The identifier of this API in the tenant: `aud` of a token',
  }),
  auth0Issuer: optional(
    setting.custom(
      'AUTH0_ISSUER',
      'a URL',
      { doc: '`iss` of a token, where it is not https://{AUTH0_DOMAIN}/' },
      parseUrl,
    ),
  ),
  auth0JwksUri: optional(
    setting.custom(
      'AUTH0_JWKS_URI',
      'a URL',
      { doc: "Where the issuer's keys are, if not at .well-known/jwks.json" },
      parseUrl,
    ),
  ),
  allowHttpIssuer: setting.flag('ALLOW_HTTP_ISSUER', {
    default: false,
    doc: 'Let issuer and keys be plain http: for the local stack only',
  }),
  jwksMaxAgeMs: setting.integer('JWKS_MAX_AGE_MS', {
    default: 600_000,
    min: 1000,
    doc: "How long the issuer's keys are believed without asking again (ms): a revoked key is good for so long",
  }),
  userClaim: setting.text('USER_CLAIM', {
    default: 'https://api.exampleco.com/email',
    doc: 'The claim that names the person',
  }),
  corsOrigins: setting.custom(
    'CORS_ORIGINS',
    'origins, separated by commas',
    { default: '', doc: 'The origins of browser apps that may call, such as https://app.exampleco.com' },
    (text) => text.split(',').flatMap((word) => (word.trim() === '' ? [] : [parseOrigin(word.trim())])),
  ),
}

export type GatewaySettings = InferConfig<typeof gatewaySettings>

export interface GatewayConfig extends GatewaySettings {
  /** Every `iss` whose tokens are taken: the tenant's domain and its custom ones. */
  readonly issuers: readonly string[]
  readonly jwksUri: string
}

/** @throws {ConfigError} with every fault */
export function readGatewayConfig(environment: Environment): GatewayConfig {
  const settings = readConfig(environment, gatewaySettings, ...crossChecks)
  const issuer = settings.auth0Issuer ?? issuerOf(settings.auth0Domain!)
  return {
    ...settings,
    issuers: [issuer, ...settings.auth0CustomDomains.map(issuerOf)],
    jwksUri: settings.auth0JwksUri ?? new URL('.well-known/jwks.json', issuer).href,
  }
}

const issuerOf = (domain: string) => `https://${domain}/`

const crossChecks: readonly ((config: GatewaySettings) => string[])[] = [
  ({ auth0Domain, auth0Issuer }) =>
    auth0Domain === undefined && auth0Issuer === undefined
      ? ['AUTH0_DOMAIN: is not set; it takes the domain of the tenant, such as exampleco.eu.auth0.com']
      : [],
  ({ auth0Issuer, allowHttpIssuer }) => plainHttp('AUTH0_ISSUER', auth0Issuer, allowHttpIssuer),
  ({ auth0JwksUri, allowHttpIssuer }) => plainHttp('AUTH0_JWKS_URI', auth0JwksUri, allowHttpIssuer),
  ({ auth0Domain, auth0Issuer, auth0CustomDomains, identitySecret }) => {
    // A domain beside a local issuer is a change of tenant half done.
    const isStandIn = auth0Issuer !== undefined && new URL(auth0Issuer).protocol === 'http:'
    const isRealTenant = !isStandIn || auth0Domain !== undefined || auth0CustomDomains.length > 0
    return isRealTenant && identitySecret.isLocalOnly
      ? [
          'IDENTITY_SECRET: is the one of the local stack, which anybody can read in its repository; a real tenant wants one of its own (openssl rand -hex 32)',
        ]
      : []
  },
  ({ serviceUrl }) =>
    // What is judged is what is forwarded: nothing is put before a path on its way.
    new URL(serviceUrl).pathname === '/'
      ? []
      : ['SERVICE_URL: has a path; it takes only where the service listens'],
]

function plainHttp(name: string, url: string | undefined, isAllowed: boolean): string[] {
  if (isAllowed || url === undefined || new URL(url).protocol !== 'http:') return []
  return [
    `${name}: is plain http, which anybody on the way can change; use https (ALLOW_HTTP_ISSUER=true is for the local stack)`,
  ]
}

function parseDomain(text: string): string {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)) {
    throw new Error(`"${text}" is not a domain alone, such as exampleco.eu.auth0.com`)
  }
  return text.toLowerCase()
}

/** Kept letter for letter: an issuer is compared so (RFC 8414, section 3.3). */
function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error(`"${text}" is not an http(s) URL`)
  if (url.username !== '' || url.password !== '')
    throw new Error('holds a user name or password, which a URL must not')
  return text
}
