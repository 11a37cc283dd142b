import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { type Ended, surroundings } from './test-environment.ts'

const around = surroundings()
const day = ['--since', '2017-03-01', '--until', '2017-03-31']
const impatient = { RETRY_DEADLINE_SECONDS: '1', REQUEST_TIMEOUT_SECONDS: '1' }

function expectEnd({ code, stdout, stderr }: Ended, expected: number, says: RegExp): void {
  const said = `${stdout}${stderr}`
  expect({ code, said }).toEqual({ code: expected, said: expect.stringMatching(says) })
  expect(said).not.toContain('local-only-')
}

describe('settings', () => {
  test('every fault is told at once, and no secret is', async () => {
    const ended = await around.run({ API_URL: 'gateway', AUTH0_CLIENT_SECRET: '', UPLOAD_BATCH_SIZE: '5000' })
    expectEnd(ended, 2, /3 errors.*API_URL.*AUTH0_CLIENT_SECRET.*UPLOAD_BATCH_SIZE/s)
  })

  test('a secret in a file, and plain http only where it is permitted', async () => {
    await writeFile(around.file('secret'), 'local-only-contractor-sync-secret\n')
    const settings = { AUTH0_CLIENT_SECRET: '', AUTH0_CLIENT_SECRET_FILE: around.file('secret') }
    expect((await around.run(settings, day)).code).toBe(0)
    expectEnd(await around.run({ ALLOW_HTTP_ISSUER: 'false' }, day), 2, /AUTH0_ISSUER: is plain http/)
  })
})

describe('the token', () => {
  test.each([
    ['a wrong secret', { AUTH0_CLIENT_SECRET: 'wrong' }, 2, /check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET/],
    ['an unknown audience', { AUTH0_AUDIENCE: 'https://other' }, 2, /authorize the client .*AUTH0_AUDIENCE/],
    [
      'a client without a grant',
      { AUTH0_CLIENT_ID: 'ungranted', AUTH0_CLIENT_SECRET: 'local-only-ungranted-secret' },
      2,
      /authorize the client .{1,2}ungranted/,
    ],
    [
      'a grant without the scope',
      { AUTH0_CLIENT_ID: 'no-scope', AUTH0_CLIENT_SECRET: 'local-only-no-scope-secret' },
      2,
      /grant it the scope batch:upload/,
    ],
  ] as const)('%s', async (_what, settings, code, says) => {
    expectEnd(await around.run(settings, day), code, says)
  })

  test.each([
    ['429', { status: 429, retryAfterSeconds: 1 }],
    ['500', { status: 500 }],
    ['reset', { reset: true, times: 2 }],
    ['slow', { delayMs: 1500 }],
  ])('an outage of the issuer that passes: %s', async (_what, token) => {
    await around.local('issuer', 'POST', 'faults', { token })
    expectEnd(await around.run({ REQUEST_TIMEOUT_SECONDS: '1' }, day), 0, /The token issuer .*trying again/)
  })

  test('an outage of the issuer that does not', async () => {
    await around.local('issuer', 'POST', 'faults', { token: { status: 503, times: 100 } })
    expectEnd(await around.run(impatient, day), 75, /The token issuer has trouble of its own \(503\)/)
    await around.local('issuer', 'POST', 'faults', { token: null })
    await around.expectWell()
  })
})

describe('the API', () => {
  test('is not there', async () => {
    const ended = await around.run({ ...impatient, API_URL: 'http://127.0.0.1:1' }, day)
    expectEnd(ended, 75, /The Timesheets API cannot be reached .*API_URL/)
  })

  test('is something else', async () => {
    const ended = await around.run({ API_URL: around.environment.HARVEST_URL! }, day)
    expectEnd(ended, 2, /no Timesheets API at API_URL/)
  })
})

describe('being told to end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: a report, 75, and the next run does the rest',
    async (signal) => {
      await around.forget()
      await around.arm({ fault: 'slow', delayMs: 6000, path: '/v2/time_entries' })
      const sync = around.spawn(['run', '--full'])
      setTimeout(() => sync.kill(signal), 3000)
      const ended = await sync.ended
      expectEnd(ended, 75, new RegExp(`Told to end \\(${signal}\\)`))
      expect(ended.report).toMatchObject({ msg: 'sync did not finish', exitCode: 75 })
      await around.expectWell()
    },
    60_000,
  )
})
