import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { ConfigError } from '@timesheets/runtime/config'
import { readStackConfig } from './config.ts'
import { shutdownSignal } from './shutdown-signal.ts'
import { Stack } from './stack.ts'
import { locateStackFile } from './stack-file.ts'
import { terminal } from './terminal.ts'

// `npm start` starts the whole system on this machine, syncs once, prints the addresses, and runs until Ctrl-C.
// With `--once` it stops after the sync and exits with the exit code of the sync.
let exitCode = 0
let stack: Stack | undefined

try {
  const isOnce = readOptions()
  const config = readStackConfig(process.env)
  stack = new Stack(config, terminal)
  shutdownSignal.then(() => terminal.printStopping())
  const signal = await Promise.race([startAndSync(stack, config.dataDir, isOnce), shutdownSignal])
  if (!isOnce) {
    exitCode = 0
    await shutdownSignal
  } else if (signal !== undefined) {
    exitCode = 128 + constants.signals[signal] // as shells do: the sync was interrupted
  }
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  exitCode = error instanceof ConfigError ? 2 : 1
} finally {
  await stack?.stop()
  process.exit(exitCode)
}

/** @throws {Error} naming the options */
function readOptions(): boolean {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values.once
  } catch (error) {
    const [reason] = (error as Error).message.split('. ')
    throw new Error(`${reason}. The only option is --once: start, sync once, stop.`)
  }
}

async function startAndSync(stack: Stack, dataDir: string, isOnce: boolean): Promise<undefined> {
  terminal.printTitle()
  await stack.start()
  terminal.printSyncHeading()
  const code = await stack.sync(['run', '--full', '--show', '5', '--format', 'text'])
  if (stack.stopping.aborted) return
  exitCode = code
  if (code !== 0 && isOnce) return
  stack.publish()
  if (!stack.stopping.aborted) terminal.printAddresses(stack.describe(), !isOnce, locateStackFile(dataDir))
}
