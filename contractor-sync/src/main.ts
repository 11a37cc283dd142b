import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Compiled code is kept from one run to the next, which takes a third off the CPU of a run that finds nothing
// to do. Where the folder cannot be written (a read-only image, which is bundled anyway), nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/contractor-sync', import.meta.url)))

const { runCommand } = await import('./commands.ts')
process.exitCode = await runCommand(process.argv.slice(2))
