import { readStackConfig } from './config.ts'
import { runSync } from './run-sync.ts'
import { shutdownSignal } from './shutdown-signal.ts'
import { readStackFile } from './stack-file.ts'

// `npm run sync [-- options]`: runs contractor-sync once against the running stack.
try {
  const stopping = new AbortController()
  shutdownSignal.then(() => stopping.abort())
  const stack = readStackFile(readStackConfig(process.env).dataDir)
  process.exitCode = await runSync(stack, ['run', ...process.argv.slice(2)], stopping.signal)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
