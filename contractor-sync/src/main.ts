import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Compiled code is kept from one run to the next, which takes a third off the CPU of a run that finds nothing
// to do. Where the folder cannot be written (a read-only image, which is bundled anyway), nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/contractor-sync', import.meta.url)))

// Who reads along may have seen enough (`| head`): the run goes on, and its exit code is its own.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const { runCommand } = await import('./cli/commands.ts')
process.exitCode = await runCommand(process.argv.slice(2))
