import { type Environment, type InferConfig, optional, readConfig, setting } from '@timesheets/runtime/config'
import { localSecret } from './registry.ts'

/** The settings of the local issuer. */
export const issuerSettings = {
  port: setting.port('ISSUER_PORT', { default: 0, doc: 'port of the local issuer; 0 means a free port' }),
  host: setting.text('ISSUER_HOST', { default: '127.0.0.1', doc: 'address that the local issuer binds' }),
  url: optional(
    setting.custom(
      'ISSUER_URL',
      'an http(s) origin',
      { doc: '`iss` of its tokens and base of its endpoints; by default the URL it listens on' },
      parseIssuer,
    ),
  ),
  audience: setting.text('ISSUER_AUDIENCE', {
    default: 'https://api.exampleco.com/timesheets',
    doc: 'identifier of the one API of this tenant',
  }),
  dataDir: setting.text('ISSUER_DATA_DIR', {
    default: '.local/issuer',
    doc: 'folder for the signing keys',
  }),
  contractorSyncSecret: setting.secret('CONTRACTOR_SYNC_CLIENT_SECRET', {
    default: localSecret('contractor-sync'),
    doc: 'client secret of contractor-sync',
  }),
}

export type IssuerConfig = InferConfig<typeof issuerSettings>

/** Thrown with NODE_ENV=production: the issuer accepts published passwords and signs any claims on request. */
export class ProductionError extends Error {
  constructor() {
    super('The local issuer gives tokens to everyone, so it does not start with NODE_ENV=production.')
    this.name = 'ProductionError'
  }
}

/** @throws {ProductionError} @throws {import('@timesheets/runtime/config').ConfigError} */
export function readIssuerConfig(environment: Environment): IssuerConfig {
  if (environment.NODE_ENV === 'production') throw new ProductionError()
  return readConfig(environment, issuerSettings)
}

/** Auth0's issuer is an origin with a trailing slash; the slash is part of `iss`. */
function parseIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new Error(`"${text}" is not an http(s) origin such as http://127.0.0.1:4321/`)
  }
  return url.href
}
