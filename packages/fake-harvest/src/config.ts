import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'

/** Bounds the memory: a contractor records about nine entries a week. */
const maxContractorWeeks = 200_000

/** A second account that the token may use. It has one entry. */
export const secondAccountId = '1000002'

/** The settings of the local Harvest. */
export const harvestSettings = {
  host: setting.text('HARVEST_HOST', { default: '127.0.0.1', doc: 'the address to listen on' }),
  port: setting.port('HARVEST_PORT', { default: 0, doc: 'the port to listen on' }),
  publicUrl: optional(
    setting.url('HARVEST_URL', { doc: 'base of the links; by default the URL it listens on' }),
  ),
  dataDir: setting.text('HARVEST_DATA_DIR', {
    default: '.local/harvest',
    doc: 'folder for the day of the first start and all edits',
  }),
  accessToken: setting.secret('HARVEST_ACCESS_TOKEN', {
    default: 'local-only-harvest-token',
    doc: 'the only personal access token that is accepted',
  }),
  accountId: setting.text('HARVEST_ACCOUNT_ID', { default: '1000001', doc: 'the id of the account' }),
  contractors: setting.integer('HARVEST_CONTRACTORS', {
    default: 40,
    min: 1,
    max: 10_000,
    doc: 'number of contractors',
  }),
  weeks: setting.integer('HARVEST_WEEKS', {
    default: 8,
    min: 1,
    max: 260,
    doc: 'number of weeks with entries before the first start',
  }),
  rateLimit: setting.integer('HARVEST_RATE_LIMIT', {
    default: 100,
    doc: 'requests accepted per 15 s; 0 means no limit',
  }),
}

export type HarvestConfig = InferConfig<typeof harvestSettings>

/**
 * Reads the configuration.
 * @throws {Error} that says which setting is invalid; the process exits with 2
 */
export function readHarvestConfig(environment: Environment): HarvestConfig {
  // Its token is published, and its control API needs no token.
  if (environment.NODE_ENV === 'production') {
    throw new Error("The local Harvest does not start with NODE_ENV=production. Use Harvest's own API there.")
  }
  return readConfig(environment, harvestSettings, ({ contractors, weeks }) =>
    contractors * weeks > maxContractorWeeks
      ? [`HARVEST_CONTRACTORS × HARVEST_WEEKS is ${contractors * weeks}; at most ${maxContractorWeeks}`]
      : [],
  )
}
