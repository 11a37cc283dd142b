import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

test('whoever stops reading takes nothing from the exit code', async () => {
  const help = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  help.stdout.destroy()
  const [stderr, [code]] = await Promise.all([text(help.stderr), once(help, 'exit')])
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })

  const wrong = spawn(process.execPath, [main, 'walk'], { stdio: ['ignore', 'pipe', 'pipe'] })
  wrong.stderr.destroy()
  expect((await once(wrong, 'exit'))[0]).toBe(2)
})
