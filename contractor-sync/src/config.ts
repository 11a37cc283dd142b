import { maxArrayItems } from '@timesheets/contracts/upload'
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
import type { TrackerKind } from './trackers/tracker.ts'

/** What a token is asked for with. */
export const tokenSettings = {
  auth0Domain: optional(
    setting.custom(
      'AUTH0_DOMAIN',
      'a domain',
      { doc: 'The Auth0 tenant: example.eu.auth0.com' },
      parseDomain,
    ),
  ),
  auth0Issuer: optional(
    setting.url('AUTH0_ISSUER', { doc: 'The issuer, where it does not follow from AUTH0_DOMAIN' }),
  ),
  tokenUrl: optional(
    setting.url('TOKEN_URL', { doc: 'The token endpoint, where it is not <issuer>/oauth/token' }),
  ),
  allowHttpIssuer: setting.flag('ALLOW_HTTP_ISSUER', {
    default: false,
    doc: 'Let the client secret travel over plain http: for the local stack',
  }),
  audience: setting.text('AUTH0_AUDIENCE', { doc: 'The identifier of the Timesheets API in Auth0' }),
  clientId: setting.text('AUTH0_CLIENT_ID', { doc: 'This program, as the Auth0 tenant knows it' }),
  clientSecret: setting.secret('AUTH0_CLIENT_SECRET', { doc: 'The secret of that client' }),
  requestTimeoutSeconds: setting.integer('REQUEST_TIMEOUT_SECONDS', {
    default: 60,
    min: 1,
    max: 3600,
    doc: 'How long one request may take (s)',
  }),
} satisfies Settings

/** Every variable of contractor-sync but those of the trackers, which stand with each tracker. */
export const syncSettings = {
  apiUrl: setting.url('API_URL', { doc: 'Where the Timesheets API is: the gateway' }),
  ...tokenSettings,
  syncSource: setting.oneOf('SYNC_SOURCE', trackerNames, {
    default: 'harvest',
    doc: 'Which tracker is read',
  }),
  windowDays: setting.integer('SYNC_WINDOW_DAYS', {
    default: 60,
    min: 1,
    max: 36_500,
    doc: 'How many days back a run looks',
  }),
  peopleMap: setting.custom(
    'PEOPLE_MAP',
    "a JSON object of a tracker's ids or e-mails and user_ids",
    {
      default: '{}',
      doc: 'Who is who, before what the directory of people says: {"kim@example.com": "007"}; as a file: PEOPLE_MAP_FILE',
    },
    parsePeopleMap,
  ),
  unknownPerson: setting.oneOf('UNKNOWN_PERSON', unknownPersonRules, {
    default: 'email',
    doc: 'Whoever is neither in the map nor in the directory: goes by e-mail (without one: rejected), is rejected, or goes by e-mail and without one by the tracker id',
  }),
  retryDeadlineSeconds: setting.integer('RETRY_DEADLINE_SECONDS', {
    default: 120,
    max: 86_400,
    doc: 'How long a run bears with outages, all in all (s)',
  }),
  batchSize: setting.integer('UPLOAD_BATCH_SIZE', {
    default: maxArrayItems,
    min: 1,
    max: maxArrayItems,
    doc: 'Entries in one upload',
  }),
  logLevel: setting.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    doc: 'How much is logged',
  }),
} satisfies Settings

type TokenConfig = InferConfig<typeof tokenSettings>

/** What a run goes by: the settings of the program and of the tracker that was chosen. */
export interface SyncConfig extends InferConfig<typeof syncSettings> {
  readonly tokenUrl: string
  /** The variable that says where that is. */
  readonly tokenUrlSetting: string
  readonly tracker: TrackerKind
  /** The same, with the tracker's own settings. */
  readonly trackerConfig: InferConfig<Settings>
}

/**
 * Reads all that is set, the chosen tracker's settings with the rest.
 * @param more what only one command takes
 * @throws {ConfigError} with every fault
 */
export async function readSyncConfig<const S extends Settings = Record<never, never>>(
  environment: Environment,
  more?: S,
): Promise<SyncConfig & InferConfig<S>> {
  const { tracker, settings } = await settingsFor(environment)
  const all = { ...settings, ...more }
  const config = readConfig(environment, all, (read) => faultsOfToken(read, all))
  const known = config as InferConfig<typeof syncSettings> & InferConfig<S>
  return { ...known, ...tokenEndpointOf(known), tracker: tracker!, trackerConfig: config }
}

/**
 * Reads what a token takes, and no more.
 * @throws {ConfigError} with every fault
 */
export function readTokenConfig(environment: Environment) {
  const config = readConfig(environment, tokenSettings, (read) => faultsOfToken(read, tokenSettings))
  return { ...config, ...tokenEndpointOf(config) }
}

/** The table of settings for what is chosen; without a tracker's where that is unknown. */
export async function settingsFor(
  environment: Environment,
): Promise<{ tracker: TrackerKind | undefined; settings: typeof syncSettings & Settings }> {
  const tracker = await chosenTracker(environment)
  return { tracker, settings: { ...syncSettings, ...tracker?.settings } }
}

/** The environment with another tracker chosen, however it chose one itself. */
export function withSource(environment: Environment, source: string): Environment {
  return { ...environment, SYNC_SOURCE: source, SYNC_SOURCE_FILE: undefined }
}

async function chosenTracker(environment: Environment): Promise<TrackerKind | undefined> {
  try {
    return await loadTracker(readConfig(environment, { name: syncSettings.syncSource }).name)
  } catch (error) {
    // Told with all other faults, by whoever reads the whole table.
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function faultsOfToken(config: TokenConfig, settings: Settings): readonly string[] {
  const { tokenUrl: url, tokenUrlSetting } = tokenEndpointOf(config)
  if (url === '') return [`AUTH0_DOMAIN: is not set; it takes a domain (${tokenSettings.auth0Domain.doc})`]
  // A domain beside a local issuer is a change of tenant half done.
  const isRealTenant = url.startsWith('https:') || config.auth0Domain !== undefined
  const faults = isRealTenant ? faultsOfLocalSecrets(config, settings) : []
  if (url.startsWith('https:') || config.allowHttpIssuer) return faults
  return [
    ...faults,
    `${tokenUrlSetting}: is plain http, which shows the client secret; ALLOW_HTTP_ISSUER=true permits that`,
  ]
}

/** The secrets that stand in this repository are the local stand-ins', and no real tenant's. */
function faultsOfLocalSecrets(config: object, settings: Settings): string[] {
  return Object.entries(config).flatMap(([key, value]) =>
    value instanceof Secret && value.isLocalOnly
      ? [`${settings[key]!.name}: is the one of the local stack, which anybody can read in its repository`]
      : [],
  )
}

/** Where a token is asked for, and which variable says so; an empty URL where none does. */
function tokenEndpointOf({ tokenUrl, auth0Issuer, auth0Domain }: TokenConfig) {
  if (tokenUrl !== undefined) return { tokenUrl, tokenUrlSetting: 'TOKEN_URL' }
  if (auth0Issuer !== undefined)
    return { tokenUrl: `${auth0Issuer}/oauth/token`, tokenUrlSetting: 'AUTH0_ISSUER' }
  const ofTenant = auth0Domain === undefined ? '' : `https://${auth0Domain}/oauth/token`
  return { tokenUrl: ofTenant, tokenUrlSetting: 'AUTH0_DOMAIN' }
}

function parseDomain(text: string): string {
  if (!/^[a-z0-9.-]+$/i.test(text)) throw new Error(`"${text}" is not a domain, without https:// and path`)
  return text
}
