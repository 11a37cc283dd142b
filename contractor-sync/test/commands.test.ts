import { expect, test } from '@jest/globals'
import { closedPortUrl, testEnvironment } from './test-environment.ts'

const env = testEnvironment()

test('check tries everything, prints one line per check and a verdict, and writes nothing', async () => {
  const { code, stdout } = await env.spawn(['check']).ended
  expect(code).toBe(0)
  expect(stdout).not.toContain('✗')
  expect(stdout).toMatch(/^✓ AUTH0_CLIENT_SECRET \[secret\]$/m)
  expect(stdout).toMatch(/^✓ token valid for 1440 min, with batch:upload$/m)
  expect(stdout).toMatch(/^✓ Harvest [\d,]+ entries of \d+ people can be read$/m)
  expect(stdout).toMatch(/^✓ API http.* accepts uploads from this client$/m)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Ready: a sync can run.')
  expect(stdout).not.toContain('local-only-')
  expect((await env.readStoredTotals()).count).toBe(0)
  expect(await env.sql('select 1 from sources')).toEqual([])
})

test('check says what to do about each failure', async () => {
  const wrong = { HARVEST_ACCESS_TOKEN: 'old', AUTH0_CLIENT_ID: 'no-scope' }
  const secret = { AUTH0_CLIENT_SECRET: 'local-only-no-scope-secret' }
  const { code, stdout } = await env.spawn(['check'], { ...wrong, ...secret }).ended
  expect(code).toBe(2)
  expect(stdout).toMatch(/^✗ token: it has no scope; grant this client the scope batch:upload/m)
  expect(stdout).toMatch(/^✗ Harvest: .*renew HARVEST_ACCESS_TOKEN$/m)
  expect(stdout).toMatch(/^✗ API: .*grant it the scope batch:upload/m)
  expect(stdout.trimEnd().split('\n').slice(-4).join('\n')).toMatch(
    /^✗ .*\n✗ .*\n✗ .*\nNot ready: 3 checks failed\.$/,
  )

  const down = await env.spawn(['check'], { API_URL: closedPortUrl, RETRY_DEADLINE_SECONDS: '1' }).ended
  expect(down.code).toBe(75)
  expect(down.stdout).toMatch(/^✗ API: .*cannot be reached .*\nNot ready: 1 check failed\.$/m)
  expect(down.stdout).toMatch(/^✓ Harvest/m)

  const unset = await env.spawn(['check'], {
    API_URL: '',
    AUTH0_ISSUER: '',
    SYNC_SCHEDULE: 'nightly',
    SYNC_WINDOW_DAYS: 'x',
  }).ended
  expect(unset.code).toBe(2)
  // What failed and the verdict come last.
  expect(unset.stdout.trimEnd().split('\n').slice(-5)).toEqual([
    expect.stringContaining('✗ API_URL: is not set'),
    expect.stringContaining('✗ SYNC_WINDOW_DAYS: "x" is not a whole number'),
    expect.stringContaining('✗ SYNC_SCHEDULE: "nightly" is not a cron expression'),
    expect.stringContaining('✗ AUTH0_DOMAIN: is not set'),
    'Not ready: 4 checks failed.',
  ])
}, 60_000)

test('--allow-deletes of a run that does not exist says so', async () => {
  const { code, report } = await env.run({}, ['--allow-deletes=999999'])
  expect(code).toBe(2)
  expect(report.reason).toBe('There is no sync run 999999; correct its number')
}, 60_000)

test('check gives up on a request after 10 s', async () => {
  await env.injectFaults({ fault: 'slow', delayMs: 60_000, path: '/v2/users', times: 9 })
  const { code, stdout } = await env.spawn(['check']).ended
  await env.clearFaults()
  expect(code).toBe(75)
  expect(stdout).toMatch(/^✗ Harvest: Harvest did not respond within 10 s/m)
}, 60_000)

test('token prints a token only, and needs no settings of the tracker', async () => {
  const { code, stdout, stderr } = await env.spawn(['token'], { HARVEST_ACCESS_TOKEN: '', API_URL: '' }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
})

test('--help lists commands, exit codes and settings, in at most 80 columns', async () => {
  const { code, stdout } = await env.spawn(['--help']).ended
  expect(code).toBe(0)
  for (const word of [
    'run',
    'daemon',
    'check',
    'token',
    '--dry-run',
    '75',
    'HARVEST_URL',
    'CSV_COLUMNS',
    'SYNC_SCHEDULE',
  ]) {
    expect(stdout).toContain(word)
  }
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('the summary for a terminal has aligned columns', async () => {
  const { stdout } = await env.run({}, ['--full', '--format', 'text'])
  const numbers = stdout
    .split('\n')
    .flatMap((line) => /^ {2}\w+ +([\d,]+)(?!\w)/.exec(line)?.[0].length ?? [])
  expect(numbers.length).toBeGreaterThan(7)
  expect(new Set(numbers).size).toBe(1)
})
