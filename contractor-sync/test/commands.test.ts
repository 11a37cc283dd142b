import { expect, test } from '@jest/globals'
import { surroundings } from './test-environment.ts'

const around = surroundings()

test('check tries everything, a line each, and writes nothing', async () => {
  const { code, stdout } = await around.spawn(['check']).ended
  expect(code).toBe(0)
  expect(stdout).not.toContain('✗')
  expect(stdout).toMatch(/^✓ AUTH0_CLIENT_SECRET \[secret\]$/m)
  expect(stdout).toMatch(/^✓ token good for 1440 min, with batch:upload$/m)
  expect(stdout).toMatch(/^✓ Harvest \d+ entries of \d+ people can be read$/m)
  expect(stdout).toMatch(/^✓ API http.* takes uploads of this client$/m)
  expect(stdout).not.toContain('local-only-')
  expect((await around.stored()).count).toBe(0)
  expect(await around.sql('select 1 from sources')).toEqual([])
})

test('check says what to do about each thing that is wrong', async () => {
  const wrong = { HARVEST_ACCESS_TOKEN: 'old', AUTH0_CLIENT_ID: 'no-scope' }
  const secret = { AUTH0_CLIENT_SECRET: 'local-only-no-scope-secret' }
  const { code, stdout } = await around.spawn(['check'], { ...wrong, ...secret }).ended
  expect(code).toBe(2)
  expect(stdout).toMatch(/^✗ token: it has no scope at all; grant this client the scope batch:upload/m)
  expect(stdout).toMatch(/^✗ Harvest: .*renew HARVEST_ACCESS_TOKEN$/m)
  expect(stdout).toMatch(/^✗ API: .*grant it the scope batch:upload/m)

  const down = await around.spawn(['check'], { API_URL: 'http://127.0.0.1:1', RETRY_DEADLINE_SECONDS: '1' })
    .ended
  expect(down.code).toBe(75)
  expect(down.stdout).toMatch(/^✗ API: .*cannot be reached/m)
  expect(down.stdout).toMatch(/^✓ Harvest/m)

  const unset = await around.spawn(['check'], {
    API_URL: '',
    SYNC_SCHEDULE: 'nightly',
    SYNC_WINDOW_DAYS: 'x',
  }).ended
  expect(unset.code).toBe(2)
  expect(unset.stdout.match(/^✗ .*/gm)).toEqual([
    expect.stringContaining('API_URL: is not set'),
    expect.stringContaining('SYNC_WINDOW_DAYS: "x" is not a whole number'),
    expect.stringContaining('SYNC_SCHEDULE: "nightly" is not a cron expression'),
  ])
}, 60_000)

test('check does not wait long for what hangs', async () => {
  await around.arm({ fault: 'slow', delayMs: 60_000, path: '/v2/users', times: 9 })
  const { code, stdout } = await around.spawn(['check']).ended
  await around.disarm()
  expect(code).toBe(75)
  expect(stdout).toMatch(/^✗ Harvest: Harvest did not answer within 10 s/m)
}, 60_000)

test('token prints a token and nothing else, and needs no tracker', async () => {
  const { code, stdout, stderr } = await around.spawn(['token'], { HARVEST_ACCESS_TOKEN: '', API_URL: '' })
    .ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
})

test('help tells the commands, the exit codes and every setting', async () => {
  const { code, stdout } = await around.spawn(['--help']).ended
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
})

test('a terminal is told in columns that line up', async () => {
  const { stdout } = await around.run({}, ['--full', '--format', 'text'])
  const numbers = stdout.split('\n').flatMap((line) => /^ {2}\w+ +([\d,]+)/.exec(line)?.[0].length ?? [])
  expect(numbers.length).toBeGreaterThan(7)
  expect(new Set(numbers).size).toBe(1)
})
