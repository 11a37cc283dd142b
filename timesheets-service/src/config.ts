import { maxArrayItems } from '@timesheets/contracts/upload'
import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'
import { serverSettings } from '@timesheets/runtime/http/server-settings'

const mebibyte = 1024 * 1024

/** The longest time of a timer of Node (ms). */
const maxIntervalMs = 2 ** 31 - 1

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
  uploadMaxBodyBytes: setting.integer('UPLOAD_MAX_BODY_BYTES', {
    default: 16 * mebibyte,
    min: 1024,
    max: 16 * mebibyte,
    doc: 'Largest array in an upload, decompressed (bytes)',
  }),
  uploadMaxArrayItems: setting.integer('UPLOAD_MAX_ARRAY_ITEMS', {
    default: maxArrayItems,
    min: 1,
    max: maxArrayItems,
    doc: 'Most items of an array in an upload',
  }),
  uploadMaxObjectBytes: setting.integer('UPLOAD_MAX_OBJECT_BYTES', {
    default: mebibyte,
    min: 1024,
    max: 16 * mebibyte,
    doc: 'Largest single entry in an upload, decompressed (bytes)',
  }),
  uploadMaxLineBytes: setting.integer('UPLOAD_MAX_LINE_BYTES', {
    default: 64 * 1024,
    min: 1024,
    max: mebibyte,
    doc: 'Longest line of a stream; a longer one is rejected (bytes)',
  }),
  uploadChunkItems: setting.integer('UPLOAD_CHUNK_ITEMS', {
    default: 5000,
    min: 1,
    max: 10_000,
    doc: 'Most lines of a stream that are stored in one transaction',
  }),
  uploadChunkBytes: setting.integer('UPLOAD_CHUNK_BYTES', {
    default: 256 * 1024,
    min: 1024,
    max: 4 * mebibyte,
    doc: 'Most bytes of such lines',
  }),
  uploadChunksAtOnce: setting.integer('UPLOAD_CHUNKS_AT_ONCE', {
    default: 4,
    min: 1,
    max: 100,
    doc: 'Transactions of all streams at once; fewer than DATABASE_POOL_SIZE, so that other requests find a connection',
  }),
  uploadMaxInflateRatio: setting.integer('UPLOAD_MAX_INFLATE_RATIO', {
    default: 100,
    min: 1,
    max: 1032,
    doc: 'Most bytes of content per byte of a gzip body; more is taken for an attack',
  }),
  uploadIdleMs: setting.integer('UPLOAD_IDLE_MS', {
    default: 60_000,
    min: 100,
    doc: 'A stream ends with an error after this time without a byte from its client (ms)',
  }),
  uploadStallMs: setting.integer('UPLOAD_STALL_MS', {
    default: 30_000,
    min: 100,
    doc: 'A client that takes nothing of the response to its stream for this time is disconnected (ms)',
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
  idempotencyKeyTtlMs: setting.integer('IDEMPOTENCY_KEY_TTL_MS', {
    default: 86_400_000,
    min: 1000,
    max: 366 * 86_400_000,
    doc: 'How long a repeat with the same Idempotency-Key gets the first response (ms)',
  }),
  idempotencyKeyMaxPerClient: setting.integer('IDEMPOTENCY_KEY_MAX_PER_CLIENT', {
    default: 100_000,
    min: 1,
    doc: 'Most keys that are kept for one client; a request with a further key gets 429',
  }),
  idempotencyKeyExpiryIntervalMs: setting.integer('IDEMPOTENCY_KEY_EXPIRY_INTERVAL_MS', {
    default: 60_000,
    min: 100,
    max: maxIntervalMs,
    doc: 'How often each process deletes expired keys (ms)',
  }),
  syncRunLeaseMs: setting.integer('SYNC_RUN_LEASE_MS', {
    default: 60_000,
    min: 100,
    max: 3_600_000,
    doc: 'How long a sync run keeps its source without a sign of life (ms)',
  }),
  rejectionRetentionDays: setting.integer('REJECTION_RETENTION_DAYS', {
    default: 90,
    min: 1,
    max: 36_500,
    doc: 'How long the rejections of a sync run are kept (days)',
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
