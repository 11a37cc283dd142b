import { readStackConfig } from './config.ts'
import { runSync } from './run-sync.ts'
import { interruption } from './shutdown-signal.ts'
import { readStackFile } from './stack-file.ts'

// `npm run sync [-- options]`: one run of contractor-sync against the running stack.
try {
  const ending = new AbortController()
  interruption.then(() => ending.abort())
  const stack = readStackFile(readStackConfig(process.env).dataDir)
  process.exitCode = await runSync(stack, ['run', ...process.argv.slice(2)], ending.signal)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
