import { type InferConfig, setting } from '../config.ts'

/** The settings of every server; a process spreads them into its own table. */
export const serverSettings = (prefix: string, port: number) => ({
  host: setting.text('HOST', { default: '127.0.0.1', doc: 'Address to listen on; 0.0.0.0 in a container' }),
  port: setting.port(`${prefix}_PORT`, { default: port, doc: 'Port to listen on' }),
  adminPort: setting.port(`${prefix}_ADMIN_PORT`, {
    default: 0,
    doc: 'Internal port for /healthz, /readyz and /metrics; do not publish it',
  }),
  logLevel: setting.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    doc: 'Least severe level that is logged',
  }),
  drainWaitMs: setting.integer('DRAIN_WAIT_MS', {
    default: 5000,
    doc: 'After SIGTERM, how long requests are still accepted while load balancers remove the process (ms)',
  }),
  drainDeadlineMs: setting.integer('DRAIN_DEADLINE_MS', {
    default: 20_000,
    doc: 'After that wait, how long running requests may take to finish (ms)',
  }),
})

export type ServerConfig = Omit<InferConfig<ReturnType<typeof serverSettings>>, 'logLevel'>
