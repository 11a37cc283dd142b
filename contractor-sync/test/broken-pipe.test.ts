import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { closedPortUrl } from './test-environment.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const env = {
  PATH: process.env.PATH,
  API_URL: closedPortUrl,
  TOKEN_URL: closedPortUrl,
  ALLOW_HTTP_ISSUER: 'true',
  AUTH0_AUDIENCE: 'https://api.example',
  AUTH0_CLIENT_ID: 'a',
  AUTH0_CLIENT_SECRET: 'b',
  HARVEST_ACCESS_TOKEN: 'c',
  HARVEST_ACCOUNT_ID: '1',
  RETRY_DEADLINE_SECONDS: '0',
}

test.each(['text', 'json'])(
  'a reader that closes the pipe early does not change the exit code: %s',
  async (format) => {
    const run = spawn(process.execPath, [main, 'run', '--format', format], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    run.stdout.destroy()
    const [stderr, [code]] = await Promise.all([text(run.stderr), once(run, 'exit')])
    expect({ stderr, code }).toEqual({ stderr: expect.not.stringContaining('EPIPE'), code: 75 })

    const unread = spawn(process.execPath, [main, 'run', '--format', format], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    unread.stderr.destroy()
    expect((await once(unread, 'exit'))[0]).toBe(75)
  },
)
