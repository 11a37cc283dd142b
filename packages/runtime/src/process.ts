import { ConfigError } from './config.ts'
import { ListenError } from './http/listen.ts'
import type { RunningServer } from './http/server.ts'
import type { Logger } from './logger.ts'

/**
 * Runs a server as this process. SIGTERM or SIGINT stops it gracefully, with exit code 0; a second signal exits at once.
 */
export async function runServer(
  name: string,
  logger: Logger,
  start: () => Promise<RunningServer>,
): Promise<void> {
  const starting = start()
  let isStopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1)
    isStopping = true
    logger.info({ signal }, `${name} is stopping`)
    starting
      .then((running) => running.stop())
      .then(
        () => process.exit(0),
        (error) => {
          logger.fatal({ err: error }, `${name} failed to stop cleanly`)
          process.exit(1)
        },
      )
  }
  // Registered before the start is complete, because a supervisor may send a signal as soon as it reads "listens on".
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await starting
}

/**
 * Runs the main function of a process and prints what it throws to standard error. An invalid configuration exits with
 * code 2, any other error with 1.
 */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof ConfigError)
      console.error(process.stderr.isTTY ? error.message : formatLogLine(error))
    else console.error(error instanceof ListenError ? error.message : error)
    process.exit(error instanceof ConfigError ? 2 : 1)
  })
}

/** Formats an error as the logger would, which cannot be created without a configuration. */
function formatLogLine({ message }: ConfigError): string {
  return JSON.stringify({ level: 'fatal', time: new Date().toISOString(), msg: message })
}
