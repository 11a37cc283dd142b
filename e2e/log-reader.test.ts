import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'timesheets-log-reader-'))
afterAll(() => rmSync(folder, { recursive: true }))

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:2'
const common = {
  AUTH0_ISSUER: nowhere,
  AUTH0_AUDIENCE: 'https://api.example',
  ALLOW_HTTP_ISSUER: 'true',
  IDENTITY_SECRET: 'x'.repeat(32),
  DRAIN_WAIT_MS: '0',
}

test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ['the gateway', ['gateway/src/main.ts'], { ...common, GATEWAY_PORT: '0', SERVICE_URL: nowhere }],
  [
    'the timesheets-service',
    ['timesheets-service/src/main.ts'],
    { ...common, SERVICE_PORT: '0', DATABASE_URL: 'postgresql://x:x@127.0.0.1:2/x' },
  ],
  [
    'contractor-sync',
    ['contractor-sync/src/main.ts', 'daemon'],
    {
      ...common,
      API_URL: nowhere,
      AUTH0_CLIENT_ID: 'a',
      AUTH0_CLIENT_SECRET: 'b',
      HARVEST_ACCESS_TOKEN: 'c',
      HARVEST_ACCOUNT_ID: '1',
      RETRY_DEADLINE_SECONDS: '0',
    },
  ],
  ['the local issuer', ['packages/fake-auth0/src/main.ts'], { ISSUER_DATA_DIR: path.join(folder, 'issuer') }],
  [
    'the local tracker',
    ['packages/fake-harvest/src/main.ts'],
    { HARVEST_DATA_DIR: path.join(folder, 'harvest'), HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' },
  ],
])('%s stops with 0 after the reader of its log is gone', async (_name, args, environment) => {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
