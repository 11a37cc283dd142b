import { readStackConfig } from './config.ts'
import { runSync } from './run-sync.ts'
import { shutdownSignal } from './shutdown-signal.ts'
import { readStackFile } from './stack-file.ts'

// `npm run sync [-- options]`: runs contractor-sync once against the running stack. The first argument may be another
// command of contractor-sync: `npm run sync -- report`.
try {
  const args = process.argv.slice(2)
  const hasCommand = args[0] !== undefined && !args[0].startsWith('-')
  const stopping = new AbortController()
  shutdownSignal.then(() => stopping.abort())
  const stack = readStackFile(readStackConfig(process.env).dataDir)
  process.exitCode = await runSync(stack, hasCommand ? args : ['run', ...args], stopping.signal)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
