import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const nobody = 'http://127.0.0.1:1'
const env = {
  PATH: process.env.PATH,
  API_URL: nobody,
  TOKEN_URL: nobody,
  ALLOW_HTTP_ISSUER: 'true',
  AUTH0_AUDIENCE: 'https://api.example',
  AUTH0_CLIENT_ID: 'a',
  AUTH0_CLIENT_SECRET: 'b',
  HARVEST_ACCESS_TOKEN: 'c',
  HARVEST_ACCOUNT_ID: '1',
  RETRY_DEADLINE_SECONDS: '0',
}

test.each(['text', 'json'])('whoever stops reading %s takes nothing from the exit code', async (format) => {
  const run = spawn(process.execPath, [main, 'run', '--format', format], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  run.stdout.destroy()
  const [stderr, [code]] = await Promise.all([text(run.stderr), once(run, 'exit')])
  expect({ stderr, code }).toEqual({ stderr: expect.not.stringContaining('EPIPE'), code: 75 })

  const unheard = spawn(process.execPath, [main, 'run', '--format', format], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  unheard.stderr.destroy()
  expect((await once(unheard, 'exit'))[0]).toBe(75)
})
