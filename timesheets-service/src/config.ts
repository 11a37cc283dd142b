import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'
import { serverSettings } from '@timesheets/runtime/http/server-settings'

/** The settings of the timesheets-service. */
export const serviceSettings = {
  ...serverSettings('SERVICE', 3000),
  databaseUrl: setting.databaseUrl('DATABASE_URL', { doc: 'URL of Postgres, with user and password' }),
  databasePoolSize: setting.integer('DATABASE_POOL_SIZE', {
    default: 10,
    min: 1,
    max: 1000,
    doc: 'Most connections to Postgres',
  }),
  databaseTimeoutMs: setting.integer('DATABASE_TIMEOUT_MS', {
    default: 10_000,
    min: 100,
    doc: 'Time limit for getting a connection, and for a statement (ms)',
  }),
  identitySecret: setting.secret('IDENTITY_SECRET', {
    minLength: 32,
    doc: 'Secret shared with the gateway, which signs the identity of each caller',
  }),
  identitySecretPrevious: optional(
    setting.secret('IDENTITY_SECRET_PREVIOUS', {
      minLength: 32,
      doc: 'Previous secret, accepted as well during a rotation',
    }),
  ),
  allowLocalSecrets: setting.flag('ALLOW_LOCAL_SECRETS', {
    default: false,
    doc: 'Allow the published secrets of the local stack; never with real hours',
  }),
  publicUrl: setting.url('PUBLIC_URL', {
    default: 'http://127.0.0.1:8080',
    doc: 'URL by which clients reach this API',
  }),
  sourceOwners: setting.custom(
    'SOURCE_OWNERS',
    'source=client pairs, separated by commas',
    {
      default: '',
      doc: 'Client that owns a source (several may share one); by default the first one that writes to it',
    },
    parseOwners,
  ),
}

export type ServiceConfig = InferConfig<typeof serviceSettings>

/** @throws {ConfigError} with all invalid settings */
export function readServiceConfig(environment: Environment): ServiceConfig {
  return readConfig(environment, serviceSettings, rejectLocalSecrets)
}

/** A program that knows the identity secret can act as anyone, and the local stack's is published in this repository. */
function rejectLocalSecrets({ allowLocalSecrets, ...config }: ServiceConfig): string[] {
  if (allowLocalSecrets) return []
  const secrets = {
    IDENTITY_SECRET: config.identitySecret,
    IDENTITY_SECRET_PREVIOUS: config.identitySecretPrevious,
  }
  return Object.entries(secrets).flatMap(([name, secret]) =>
    secret?.isLocalOnly === true
      ? [`${name}: is the published secret of the local stack; create one (openssl rand -hex 32)`]
      : [],
  )
}

/** Parses `source=client` pairs. A source that is repeated belongs to each of its clients. */
function parseOwners(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>()
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue
    const [, source, client] = /^\s*([a-z0-9-]{1,64})=(\S+)\s*$/.exec(pair) ?? []
    if (source === undefined || client === undefined) throw new Error(`"${pair}" is not a pair source=client`)
    owners.set(source, (owners.get(source) ?? new Set()).add(client))
  }
  return owners
}
