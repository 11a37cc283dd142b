import path from 'node:path'
import { type Environment, type InferConfig, readConfig, setting } from '@timesheets/runtime/config'

const settings = {
  gatewayPort: setting.port('GATEWAY_PORT', { default: 8080, doc: 'port of the API' }),
  gatewayAdminPort: setting.port('GATEWAY_ADMIN_PORT', {
    default: 0,
    doc: "the gateway's port for health and metrics",
  }),
  servicePort: setting.port('SERVICE_PORT', { default: 0, doc: 'port of the service behind the gateway' }),
  serviceAdminPort: setting.port('SERVICE_ADMIN_PORT', {
    default: 0,
    doc: "the service's port for health and metrics",
  }),
  issuerPort: setting.port('ISSUER_PORT', { default: 0, doc: 'port of the local issuer' }),
  trackerPort: setting.port('HARVEST_PORT', { default: 0, doc: 'port of the local tracker' }),
  postgresPort: setting.port('POSTGRES_PORT', { default: 0, doc: 'port of Postgres' }),
  dataDir: setting.custom(
    'LOCAL_DATA_DIR',
    'a folder',
    { default: '.local', doc: 'the folder for data, logs and stack.json' },
    (text) => path.resolve(text),
  ),
}

/** The settings of the local stack. A port of 0 means a free port. */
export type StackConfig = InferConfig<typeof settings>

/** @throws {ConfigError} that lists every invalid setting */
export function readStackConfig(environment: Environment): StackConfig {
  return readConfig(environment, settings)
}
