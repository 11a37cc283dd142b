import { readSyncConfig, readTokenConfig, type SyncConfig, withSource } from '../config.ts'
import { InterruptedError } from '../errors.ts'
import { exitCodes, toExitCode } from '../exit-codes.ts'
import { formatError } from '../output/error-message.ts'
import { wrapLines } from '../output/wrap.ts'
import type { SyncObserver } from '../sync/observer.ts'
import { AccessToken } from '../timesheets-api/access-token.ts'
import { type Arguments, parseArguments } from './arguments.ts'

/**
 * Runs the command of a command line. Modules that only one command needs are imported when it runs.
 * @param args without the program's name
 * @returns the exit code; an error is written to standard error, and determines the code
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(parseArguments(args))
  } catch (error) {
    console.error(wrapLines(formatError(error), process.stderr))
    return toExitCode(error)
  }
}

async function dispatch(args: Arguments): Promise<number> {
  const { command, source, format } = args
  const environment = source === undefined ? process.env : withSource(process.env, source)
  if (command === 'help') {
    console.log(await (await import('./help.ts')).buildHelp())
    return exitCodes.clean
  }
  if (command === 'check') return await (await import('./check.ts')).check(environment)
  if (command === 'token') {
    console.log((await new AccessToken(readTokenConfig(environment)).get()).value)
    return exitCodes.clean
  }

  const signal = createStopSignal()
  if (command === 'daemon') {
    const { daemon, readDaemonConfig } = await import('../sync/daemon.ts')
    const config = await readDaemonConfig(environment)
    await daemon(config, args, await createOutput(config, format), signal)
    return exitCodes.clean
  }
  const config = await readSyncConfig(environment)
  if (command === 'report') {
    const { printRuns } = await import('./report.ts')
    await printRuns(config, args, signal)
    return exitCodes.clean
  }
  const { run } = await import('../sync/run.ts')
  const output = await createOutput(config, format)
  return (await run(config, args, new AccessToken(config, signal), output, signal)).exitCode
}

async function createOutput({ logLevel }: SyncConfig, format: Arguments['format']): Promise<SyncObserver> {
  return (format ?? (process.stdout.isTTY ? 'text' : 'json')) === 'text'
    ? (await import('../output/text.ts')).createTextOutput()
    : (await import('../output/json.ts')).createJsonOutput(logLevel)
}

/** The first SIGTERM or SIGINT aborts the signal; a second one ends the process at once. */
function createStopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(toExitCode(controller.signal.reason))
      controller.abort(new InterruptedError(`Interrupted (${name}); run again for the rest`))
    })
  }
  return controller.signal
}
