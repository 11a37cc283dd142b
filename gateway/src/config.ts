import { type ConfigOf, type Environment, optional, readConfig, setting } from '@timesheets/runtime/config'
import { serverSettings } from '@timesheets/runtime/server-settings'

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
  auth0Domain: optional(setting.of('AUTH0_DOMAIN', 'a domain', { doc: "The tenant's domain" }, parseDomain)),
  auth0CustomDomains: setting.of(
    'AUTH0_CUSTOM_DOMAINS',
    'domains, separated by commas',
    { default: '', doc: "The tenant's custom domains, whose tokens are as good" },
    (text) => text.split(',').flatMap((word) => (word.trim() === '' ? [] : [parseDomain(word.trim())])),
  ),
  auth0Audience: setting.text('AUTH0_AUDIENCE', {
    doc: 'The identifier of this API in the tenant: `aud` of a token',
  }),
  auth0Issuer: optional(
    setting.of(
      'AUTH0_ISSUER',
      'a URL',
      { doc: '`iss` of a token, where it is not https://{AUTH0_DOMAIN}/' },
      parseUrl,
    ),
  ),
  auth0JwksUri: optional(
    setting.of(
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
}

export type GatewaySettings = ConfigOf<typeof gatewaySettings>

export interface GatewayConfig extends GatewaySettings {
  /** Every `iss` whose tokens are taken: the tenant's domain and its custom ones. */
  readonly issuers: readonly string[]
  readonly jwksUri: string
}

/** @throws {ConfigError} with every fault */
export function readGatewayConfig(environment: Environment): GatewayConfig {
  const settings = readConfig(environment, gatewaySettings, crossCheck)
  const issuer = settings.auth0Issuer ?? issuerOf(settings.auth0Domain!)
  return {
    ...settings,
    issuers: [issuer, ...settings.auth0CustomDomains.map(issuerOf)],
    jwksUri: settings.auth0JwksUri ?? new URL('.well-known/jwks.json', issuer).href,
  }
}

const issuerOf = (domain: string) => `https://${domain}/`

function crossCheck(config: GatewaySettings): string[] {
  const faults: string[] = []
  if (config.auth0Domain === undefined && config.auth0Issuer === undefined) {
    faults.push('AUTH0_DOMAIN: is not set; it takes the domain of the tenant, such as exampleco.eu.auth0.com')
  }
  const urls = { AUTH0_ISSUER: config.auth0Issuer, AUTH0_JWKS_URI: config.auth0JwksUri }
  for (const [name, url] of Object.entries(urls)) {
    if (url?.startsWith('http:') && !config.allowHttpIssuer) {
      faults.push(
        `${name}: is plain http, which anybody on the way can change; use https (ALLOW_HTTP_ISSUER=true is for the local stack)`,
      )
    }
  }
  const isRealTenant =
    config.auth0Issuer?.startsWith('http:') !== true || config.auth0CustomDomains.length > 0
  if (isRealTenant && config.identitySecret.isLocalOnly) {
    faults.push(
      'IDENTITY_SECRET: is the one of the local stack, which anybody can read in its repository; a real tenant wants one of its own (openssl rand -hex 32)',
    )
  }
  return faults
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
