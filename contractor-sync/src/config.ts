import {
  ConfigError,
  type Environment,
  type InferConfig,
  optional,
  readConfig,
  type Settings,
  setting,
} from '@timesheets/runtime/config'
import { Secret } from '@timesheets/runtime/secret'
import { parsePeopleMap, unknownPersonRules } from './sync/people.ts'
import { loadTracker, trackerNames } from './trackers/registry.ts'
import type { TrackerDefinition } from './trackers/tracker.ts'

/** The settings that a token request needs. */
export const tokenSettings = {
  auth0Domain: optional(
    setting.custom(
      'AUTH0_DOMAIN',
      'a domain',
      { doc: 'Domain of the Auth0 tenant: example.eu.auth0.com' },
      parseDomain,
    ),
  ),
  auth0Issuer: optional(setting.url('AUTH0_ISSUER', { doc: 'Issuer, if it is not https://<AUTH0_DOMAIN>/' })),
  tokenUrl: optional(setting.url('TOKEN_URL', { doc: 'Token endpoint, if it is not <issuer>/oauth/token' })),
  allowHttpIssuer: setting.flag('ALLOW_HTTP_ISSUER', {
    default: false,
    doc: 'Allow the client secret to be sent over plain http; for the local stack only',
  }),
  audience: setting.text('AUTH0_AUDIENCE', { doc: 'Identifier of the Timesheets API in Auth0' }),
  clientId: setting.text('AUTH0_CLIENT_ID', { doc: 'Client id of this program in Auth0' }),
  clientSecret: setting.secret('AUTH0_CLIENT_SECRET', { doc: 'Secret of that client' }),
  requestTimeoutSeconds: setting.integer('REQUEST_TIMEOUT_SECONDS', {
    default: 60,
    min: 1,
    // Node's fetch has its own time limit of 300 s without data.
    max: 300,
    doc: 'Time limit for one request (s)',
  }),
} satisfies Settings

/** All settings of contractor-sync, except those of the daemon and of the trackers. */
export const syncSettings = {
  apiUrl: setting.url('API_URL', { doc: 'URL of the Timesheets API, which is the gateway' }),
  ...tokenSettings,
  syncSource: setting.oneOf('SYNC_SOURCE', trackerNames, {
    default: 'harvest',
    doc: 'Tracker to read',
  }),
  windowDays: setting.integer('SYNC_WINDOW_DAYS', {
    default: 60,
    min: 1,
    max: 36_500,
    doc: 'How many days back a run reads',
  }),
  fullEveryDays: setting.integer('SYNC_FULL_EVERY_DAYS', {
    default: 7,
    min: 1,
    max: 36_500,
    doc: 'A run reads all days if no run has done so for this many days',
  }),
  peopleMap: setting.custom(
    'PEOPLE_MAP',
    'a JSON object: id or e-mail in the tracker → user_id',
    {
      default: '{}',
      doc: 'user_id by id or e-mail in the tracker, before the directory of people: {"kim@example.com": "007"}; as a file: PEOPLE_MAP_FILE',
    },
    parsePeopleMap,
  ),
  unknownPerson: setting.oneOf('UNKNOWN_PERSON', unknownPersonRules, {
    default: 'email',
    doc: 'For a person in neither map nor directory. email: the address becomes the user_id; without one, reject. tracker-id: the same, but without one <source>:<id>. reject: always reject',
  }),
  retryDeadlineSeconds: setting.integer('RETRY_DEADLINE_SECONDS', {
    default: 120,
    max: 86_400,
    doc: 'Time that one run may spend on retries in all (s)',
  }),
  deadlineSeconds: setting.integer('SYNC_DEADLINE_SECONDS', {
    default: 8400,
    min: 1,
    max: 86_400,
    doc: 'Time limit for one run (s): then it stops and reports; the exit code is 75',
  }),
  logLevel: setting.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    doc: 'Lowest level that is logged',
  }),
} satisfies Settings

type TokenConfig = InferConfig<typeof tokenSettings>

/** The configuration of a run: the settings of the program and of the selected tracker. */
export interface SyncConfig extends InferConfig<typeof syncSettings> {
  readonly tokenUrl: string
  /** The environment variable that `tokenUrl` comes from. */
  readonly tokenUrlSetting: string
  readonly tracker: TrackerDefinition
  /** The configuration that `tracker.open` takes. */
  readonly trackerConfig: InferConfig<Settings>
}

/**
 * Reads all settings, those of the selected tracker included.
 * @param more settings that only one command has
 * @throws {ConfigError} naming every invalid setting
 */
export async function readSyncConfig<const S extends Settings = Record<never, never>>(
  environment: Environment,
  more?: S,
): Promise<SyncConfig & InferConfig<S>> {
  const { tracker, settings } = await settingsFor(environment)
  const all = { ...settings, ...more }
  const config = readConfig(environment, all, (read) => checkToken(read, all))
  const known = config as InferConfig<typeof syncSettings> & InferConfig<S>
  return { ...known, ...resolveTokenEndpoint(known), tracker: tracker!, trackerConfig: config }
}

/**
 * Reads the settings of a token request only.
 * @throws {ConfigError} naming every invalid setting
 */
export function readTokenConfig(environment: Environment) {
  const config = readConfig(environment, tokenSettings, (read) => checkToken(read, tokenSettings))
  return { ...config, ...resolveTokenEndpoint(config) }
}

/** Returns the settings of a run with the selected tracker; without a tracker's if SYNC_SOURCE is invalid. */
export async function settingsFor(
  environment: Environment,
): Promise<{ tracker: TrackerDefinition | undefined; settings: typeof syncSettings & Settings }> {
  const tracker = await loadSelectedTracker(environment)
  return { tracker, settings: { ...syncSettings, ...tracker?.settings } }
}

/** Returns the environment with another tracker selected. */
export function withSource(environment: Environment, source: string): Environment {
  return { ...environment, SYNC_SOURCE: source, SYNC_SOURCE_FILE: undefined }
}

async function loadSelectedTracker(environment: Environment): Promise<TrackerDefinition | undefined> {
  try {
    return await loadTracker(readConfig(environment, { name: syncSettings.syncSource }).name)
  } catch (error) {
    // Reading all settings reports the error together with the others.
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function checkToken(config: TokenConfig, settings: Settings): readonly string[] {
  const { tokenUrl: url, tokenUrlSetting } = resolveTokenEndpoint(config)
  if (url === '') return [`AUTH0_DOMAIN: is not set; it takes a domain (${tokenSettings.auth0Domain.doc})`]
  // A domain beside a local issuer is a change of tenant that was not completed.
  const isRealTenant = url.startsWith('https:') || config.auth0Domain !== undefined
  const issues = isRealTenant ? findLocalSecrets(config, settings) : []
  if (url.startsWith('https:') || config.allowHttpIssuer) return issues
  return [
    ...issues,
    `${tokenUrlSetting}: is plain http, which exposes the client secret; ALLOW_HTTP_ISSUER=true allows that`,
  ]
}

/** The secrets in this repository are public, so no real tenant may use them. */
function findLocalSecrets(config: object, settings: Settings): string[] {
  return Object.entries(config).flatMap(([key, value]) =>
    value instanceof Secret && value.isLocalOnly
      ? [`${settings[key]!.name}: is the secret of the local stack, which is public in its repository`]
      : [],
  )
}

/** Returns the token endpoint and the variable that it comes from; an empty URL if no variable is set. */
function resolveTokenEndpoint({ tokenUrl, auth0Issuer, auth0Domain }: TokenConfig) {
  if (tokenUrl !== undefined) return { tokenUrl, tokenUrlSetting: 'TOKEN_URL' }
  if (auth0Issuer !== undefined)
    return { tokenUrl: `${auth0Issuer}/oauth/token`, tokenUrlSetting: 'AUTH0_ISSUER' }
  const tenantUrl = auth0Domain === undefined ? '' : `https://${auth0Domain}/oauth/token`
  return { tokenUrl: tenantUrl, tokenUrlSetting: 'AUTH0_DOMAIN' }
}

function parseDomain(text: string): string {
  if (!/^[a-z0-9.-]+$/i.test(text)) throw new Error(`"${text}" is not a domain without https:// and path`)
  return text
}
