import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { closedPortUrl, type Ended, testEnvironment } from './test-environment.ts'

const env = testEnvironment()
const day = ['--since', '2017-03-01', '--until', '2017-03-31']
const impatient = { RETRY_DEADLINE_SECONDS: '1', REQUEST_TIMEOUT_SECONDS: '1' }

function expectEnd({ code, stdout, stderr }: Ended, expected: number, message: RegExp): void {
  const output = `${stdout}${stderr}`
  expect({ code, output }).toEqual({ code: expected, output: expect.stringMatching(message) })
  expect(output).not.toContain('local-only-')
}

describe('settings', () => {
  test('all invalid settings are reported together, without secrets', async () => {
    const ended = await env.run({ API_URL: 'gateway', AUTH0_CLIENT_SECRET: '', SYNC_FULL_EVERY_DAYS: '0' })
    expectEnd(ended, 2, /3 errors.*API_URL.*AUTH0_CLIENT_SECRET.*SYNC_FULL_EVERY_DAYS/s)
  })

  test('a secret may be in a file; plain http must be allowed', async () => {
    await writeFile(env.file('secret'), 'local-only-contractor-sync-secret\n')
    const settings = { AUTH0_CLIENT_SECRET: '', AUTH0_CLIENT_SECRET_FILE: env.file('secret') }
    expect((await env.run(settings, day)).code).toBe(0)
    expectEnd(await env.run({ ALLOW_HTTP_ISSUER: 'false' }, day), 2, /AUTH0_ISSUER: is plain http/)
  })
})

describe('the token issuer', () => {
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
  ] as const)('%s', async (_what, settings, code, message) => {
    expectEnd(await env.run(settings, day), code, message)
  })

  test.each([
    ['429', { status: 429, retryAfterSeconds: 1 }],
    ['500', { status: 500 }],
    ['reset', { reset: true, times: 2 }],
    ['slow', { delayMs: 1500 }],
  ])('an outage that ends is retried: %s', async (_what, token) => {
    await env.local('issuer', 'POST', 'faults', { token })
    expectEnd(await env.run({ REQUEST_TIMEOUT_SECONDS: '1' }, day), 0, /The token issuer .*retrying/)
  })

  test('an outage that does not end gives 75', async () => {
    await env.local('issuer', 'POST', 'faults', { token: { status: 503, times: 100 } })
    expectEnd(await env.run(impatient, day), 75, /The token issuer returned 503 Service Unavailable/)
    await env.local('issuer', 'POST', 'faults', { token: null })
    await env.expectRecovery()
  })
})

describe('the API', () => {
  test('is down', async () => {
    const ended = await env.run({ ...impatient, API_URL: closedPortUrl }, day)
    expectEnd(ended, 75, /The Timesheets API cannot be reached .*API_URL/)
  })

  test('API_URL leads to another server', async () => {
    const ended = await env.run({ API_URL: env.settings.HARVEST_URL! }, day)
    expectEnd(ended, 2, /No Timesheets API responds at API_URL/)
  })
})

describe('the deadline of a run', () => {
  test('a tracker that keeps it waiting: it ends by itself with 75 and reports how far it came', async () => {
    await env.deleteEntries()
    await env.injectFaults({ fault: 'slow', delayMs: 600_000, path: '/v2/time_entries', after: 1, times: 9 })
    const limits = { SYNC_DEADLINE_SECONDS: '8', REQUEST_TIMEOUT_SECONDS: '300' }
    const ended = await env.run(limits)
    expectEnd(ended, 75, /Stopped at its time limit of 8 s \(SYNC_DEADLINE_SECONDS\)/)
    const { total, created } = ended.report
    expect(ended.report).toMatchObject({ msg: 'sync did not finish', exitCode: 75 })
    expect(await env.readStoredTotals()).toMatchObject({ count: created })
    expect(created).toBeGreaterThan(0)
    expect(total).toBeGreaterThan(created as number)
    await env.expectRecovery()
  }, 60_000)

  test('on a terminal, the message says how far it came', async () => {
    await env.injectFaults({ fault: 'slow', delayMs: 600_000, path: '/v2/time_entries', after: 1, times: 9 })
    const { code, stderr } = await env.run({ SYNC_DEADLINE_SECONDS: '8' }, ['--full', '--format', 'text'])
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: expect.stringMatching(
        /^The sync did not finish, after \d+ of \d+ entries: Stopped at its time limit/m,
      ),
    })
    await env.expectRecovery()
  }, 60_000)
})

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s gives a report and 75, and the next run does the rest',
    async (signal) => {
      await env.deleteEntries()
      await env.injectFaults({ fault: 'slow', delayMs: 6000, path: '/v2/time_entries' })
      const sync = env.spawn(['run', '--full'])
      setTimeout(() => sync.kill(signal), 3000)
      const ended = await sync.ended
      expectEnd(ended, 75, new RegExp(`Interrupted \\(${signal}\\)`))
      expect(ended.report).toMatchObject({ msg: 'sync did not finish', exitCode: 75 })
      await env.expectRecovery()
    },
    60_000,
  )
})
