import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { ConfigError } from '@timesheets/runtime/config'
import { accessTokenFor } from './access-token.ts'
import { readStackConfig } from './config.ts'
import { screen } from './screen.ts'
import { interruption } from './shutdown-signal.ts'
import { Stack } from './stack.ts'

// `npm start`: the whole system on this machine. It boots, syncs once, shows what came of it, and stays until
// Ctrl-C; with `--once` it ends after the sync, with the sync's exit code.
let exitCode = 0
let stack: Stack | undefined

try {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })
  stack = new Stack(readStackConfig(process.env), screen)
  const signal = await Promise.race([show(stack, values.once), interruption])
  if (!values.once) {
    exitCode = 0
    await interruption
  } else if (signal !== undefined) {
    exitCode = 128 + constants.signals[signal] // as a shell tells it: what was asked for was not done
  }
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  exitCode = error instanceof ConfigError ? 2 : 1
} finally {
  await stack?.stop()
  process.exit(exitCode)
}

async function show(stack: Stack, isOnce: boolean): Promise<undefined> {
  screen.title()
  await stack.start()
  screen.sync()
  const code = await stack.sync(['run', '--full', '--show', '5', '--format', 'text'])
  if (stack.ending.aborted) return
  exitCode = code
  if (code !== 0 && isOnce) return
  stack.publish()
  const running = stack.describe()
  const token = await accessTokenFor(running, 'contractor-sync')
  if (!stack.ending.aborted) screen.end(running, token, !isOnce)
}
