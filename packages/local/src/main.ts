import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { ConfigError } from '@timesheets/runtime/config'
import { accessTokenFor } from './access-token.ts'
import { readStackConfig } from './config.ts'
import { runSync } from './run-sync.ts'
import { screen } from './screen.ts'
import { Stack } from './stack.ts'

// `npm start`: the whole system on this machine. It boots, syncs once, shows what came of it, and stays until
// Ctrl-C; with `--once` it ends after the sync, with the sync's exit code.
let exitCode = 0
let stack: Stack | undefined
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')])

try {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })
  stack = new Stack(readStackConfig(process.env), screen)
  await Promise.race([show(stack, values.once), interrupted])
  if (!values.once) {
    exitCode = 0
    await interrupted
  }
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  exitCode = error instanceof ConfigError ? 2 : 1
} finally {
  await stack?.stop()
  process.exit(exitCode)
}

async function show(stack: Stack, isOnce: boolean): Promise<void> {
  screen.title()
  await stack.start()
  screen.sync()
  exitCode = await runSync(stack.describe(), ['run', '--full', '--show', '5', '--format', 'text'])
  if (exitCode !== 0 && isOnce) return
  stack.publish()
  const running = stack.describe()
  screen.end(running, await accessTokenFor(running, 'contractor-sync'), !isOnce)
}
