import { ConfigError, readConfig, setting } from '@timesheets/runtime/config'
import { type RunningPostgres, startPostgres } from './postgres.ts'

/**
 * Runs the Postgres of the local stack as one process of it. The server's log goes to standard output. The URL goes to
 * the parent as an IPC message, because it contains the password and standard output is written to a file. Exits with 0
 * on SIGTERM, and with 1 and one line on standard error when the server ends by itself.
 */
async function main(): Promise<void> {
  const { port, dataDir } = readConfig(process.env, {
    port: setting.port('POSTGRES_PORT', { default: 0, doc: 'port on loopback' }),
    dataDir: setting.text('POSTGRES_DATA_DIR', { doc: 'folder of the data, created by the first start' }),
  })
  const starting = startPostgres({ dataDir, port, log: console.log })

  let running: RunningPostgres | undefined
  let stopping = false
  const stop = async () => {
    // A second signal exits at once, and so does a signal during the start: it stops initdb or the server on its way.
    if (stopping || running === undefined) process.exit(1)
    stopping = true
    await running.stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  running = await starting
  const { url, pid, ended } = running
  console.log(`postgres listens on ${new URL(url).host}`)
  process.send?.({ listening: url, process: 'postgres', pid })
  const reason = await ended
  if (!stopping) throw new Error(`Postgres ended ${reason}`)
}

main().catch((error: Error) => {
  console.error(`postgres: ${error.message}`)
  process.exit(error instanceof ConfigError ? 2 : 1)
})
