import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'
import { serverSettings } from '@timesheets/runtime/http/server-settings'

/** Every variable of the timesheets-service. */
export const serviceSettings = {
  ...serverSettings('SERVICE', 3000),
  databaseUrl: setting.databaseUrl('DATABASE_URL', { doc: 'Where Postgres is, with user and password' }),
  databasePoolSize: setting.integer('DATABASE_POOL_SIZE', {
    default: 10,
    min: 1,
    max: 1000,
    doc: 'Connections at most',
  }),
  databaseTimeoutMs: setting.integer('DATABASE_TIMEOUT_MS', {
    default: 10_000,
    min: 100,
    doc: 'How long to wait for a connection, and for a statement (ms)',
  }),
  identitySecret: setting.secret('IDENTITY_SECRET', {
    minLength: 32,
    doc: 'Shared with the gateway, which signs with it who calls',
  }),
  identitySecretPrevious: optional(
    setting.secret('IDENTITY_SECRET_PREVIOUS', {
      minLength: 32,
      doc: 'Accepted too, while the secret is being replaced',
    }),
  ),
  publicUrl: setting.url('PUBLIC_URL', {
    default: 'http://127.0.0.1:8080',
    doc: 'What the outside calls this API',
  }),
  sourceOwners: setting.custom(
    'SOURCE_OWNERS',
    'source=client pairs, separated by commas',
    {
      default: '',
      doc: 'Clients that may write to a source, instead of the first that did; several may share one',
    },
    parseOwners,
  ),
}

export type ServiceConfig = InferConfig<typeof serviceSettings>

/** @throws {ConfigError} with every fault */
export function readServiceConfig(environment: Environment): ServiceConfig {
  return readConfig(environment, serviceSettings)
}

/** Parses `source=client` pairs. A source that is repeated belongs to each of its clients. */
function parseOwners(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>()
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue
    const [, source, client] = /^\s*([a-z0-9-]{1,64})=(\S+)\s*$/.exec(pair) ?? []
    if (source === undefined || client === undefined) throw new Error(`"${pair}" is not source=client`)
    owners.set(source, (owners.get(source) ?? new Set()).add(client))
  }
  return owners
}
