import { readSyncConfig, readTokenConfig, type SyncConfig, withSource } from '../config.ts'
import { Interrupted } from '../errors.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { explain, type Output } from '../sync/observer.ts'
import { AccessToken } from '../timesheets-api/access-token.ts'
import { type CommandLine, readCommandLine } from './arguments.ts'

/**
 * Does what a command line asks for. What one command does not need is not loaded by another.
 * @param words after the program's name
 * @returns the exit code; whatever is thrown is told on standard error, and has its own
 */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    return await dispatch(readCommandLine(words))
  } catch (error) {
    console.error(explain(error))
    return exitCodeOf(error)
  }
}

async function dispatch(commandLine: CommandLine): Promise<number> {
  const { command, source, format } = commandLine
  const environment = source === undefined ? process.env : withSource(process.env, source)
  if (command === 'help') {
    console.log(await (await import('./help.ts')).help())
    return exitCodes.clean
  }
  if (command === 'check') return await (await import('./check.ts')).check(environment)
  if (command === 'token') {
    console.log((await new AccessToken(readTokenConfig(environment)).get()).value)
    return exitCodes.clean
  }

  const signal = stopSignal()
  if (command === 'daemon') {
    const { daemon, readDaemonConfig } = await import('../sync/daemon.ts')
    const config = await readDaemonConfig(environment)
    await daemon(config, commandLine, await outputOf(config, format), signal)
    return exitCodes.clean
  }
  const config = await readSyncConfig(environment)
  const { run } = await import('../sync/run.ts')
  const output = await outputOf(config, format)
  return (await run(config, commandLine, new AccessToken(config, signal), output, signal)).exitCode
}

async function outputOf({ logLevel }: SyncConfig, format: CommandLine['format']): Promise<Output> {
  return (format ?? (process.stdout.isTTY ? 'text' : 'json')) === 'text'
    ? (await import('../output/text.ts')).createTextOutput()
    : (await import('../output/json.ts')).createJsonOutput(logLevel)
}

/** Aborted by the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodeOf(controller.signal.reason))
      controller.abort(new Interrupted(`Told to end (${name}); run again for the rest`))
    })
  }
  return controller.signal
}
