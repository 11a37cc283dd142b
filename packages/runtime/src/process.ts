import { ConfigError } from './config.ts'
import { ListenError } from './listen.ts'
import type { Logger } from './logger.ts'
import type { RunningServer } from './server.ts'

/**
 * Runs a server as this process: starts it, and ends it on SIGTERM or SIGINT with exit code 0; a second
 * signal ends it at once.
 */
export async function runServer(
  name: string,
  logger: Logger,
  start: () => Promise<RunningServer>,
): Promise<void> {
  const running = await start()
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, `${name} ends`)
    running.stop().then(
      () => process.exit(0),
      (error) => {
        logger.fatal({ err: error }, `${name} did not end well`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/**
 * The outermost line of a process: what it throws is told to a person, on standard error, in as few lines as
 * it takes. A configuration with faults ends it with 2, any other failure with 1.
 */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof ConfigError) console.error(process.stderr.isTTY ? error.message : logLine(error))
    else console.error(error instanceof ListenError ? error.message : error)
    process.exit(error instanceof ConfigError ? 2 : 1)
  })
}

/** As the logger would write it, which there is none of without a configuration. */
function logLine({ message }: ConfigError): string {
  return JSON.stringify({ level: 'fatal', time: new Date().toISOString(), msg: message })
}
