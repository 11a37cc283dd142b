import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'

/** More rows than this (about ten a contractor and week) would not fit a laptop's memory. */
const maxContractorWeeks = 100_000

/** Every variable of the local Harvest. */
export const harvestSettings = {
  host: setting.text('HARVEST_HOST', { default: '127.0.0.1', doc: 'the address to listen on' }),
  port: setting.port('HARVEST_PORT', { default: 0, doc: 'the port to listen on' }),
  publicUrl: optional(
    setting.url('HARVEST_URL', { doc: 'what links are built from; without it, the URL listened on' }),
  ),
  dataDir: setting.text('HARVEST_DATA_DIR', {
    default: '.local/harvest',
    doc: 'where the day of the first start and all edits are kept',
  }),
  accessToken: setting.secret('HARVEST_ACCESS_TOKEN', {
    default: 'local-only-harvest-token',
    doc: 'the one personal access token that is accepted',
  }),
  accountId: setting.text('HARVEST_ACCOUNT_ID', { default: '1000001', doc: 'the one account there is' }),
  contractors: setting.integer('HARVEST_CONTRACTORS', {
    default: 40,
    min: 1,
    max: 10_000,
    doc: 'how many contractors record time',
  }),
  weeks: setting.integer('HARVEST_WEEKS', {
    default: 8,
    min: 1,
    max: 260,
    doc: 'how many weeks before the first start they have recorded',
  }),
  rateLimit: setting.integer('HARVEST_RATE_LIMIT', {
    default: 100,
    doc: 'requests accepted in 15 s; 0 = no limit',
  }),
}

/** What the simulator runs by. */
export type HarvestConfig = InferConfig<typeof harvestSettings>

/**
 * The simulator's configuration.
 * @throws {Error} whose message is for a person; the process ends with 2
 */
export function readHarvestConfig(environment: Environment): HarvestConfig {
  // Its token is in the documentation, and its control calls ask for none.
  if (environment.NODE_ENV === 'production') {
    throw new Error("The local Harvest does not start with NODE_ENV=production: use Harvest's own API there")
  }
  return readConfig(environment, harvestSettings, ({ contractors, weeks }) =>
    contractors * weeks > maxContractorWeeks
      ? [`HARVEST_CONTRACTORS × HARVEST_WEEKS is ${contractors * weeks}; at most ${maxContractorWeeks}`]
      : [],
  )
}
