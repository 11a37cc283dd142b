import { ConfigError, readConfig, setting } from '@timesheets/runtime/config'
import { startPostgres } from './postgres.ts'

/**
 * The local stack's Postgres as a process to be looked after: on standard output stands the server's log; where it
 * listens is a message to the parent, since the URL holds the password and standard output goes to a file. It ends with 0
 * on SIGTERM, and with 1 and one line on standard error when the server dies.
 */
async function main(): Promise<void> {
  const { port, dataDir } = readConfig(process.env, {
    port: setting.port('POSTGRES_PORT', { default: 0, doc: 'Port to serve on, on loopback' }),
    dataDir: setting.text('POSTGRES_DATA_DIR', { doc: 'Folder of the data, made the first time' }),
  })
  const starting = startPostgres({ dataDir, port, log: console.log })

  let stopping = false
  const stop = async () => {
    if (stopping) process.exit(1) // a second signal: at once
    stopping = true
    await (await starting).stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  const { url, pid, ended } = await starting
  console.log(`postgres listens on ${new URL(url).host}`)
  process.send?.({ listening: url, process: 'postgres', pid })
  const how = await ended
  if (!stopping) throw new Error(`Postgres ended ${how}`)
}

main().catch((error: Error) => {
  console.error(`postgres: ${error.message}`)
  process.exit(error instanceof ConfigError ? 2 : 1)
})
