import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isProcessRunning } from '@timesheets/dev-stack/running-process'
import { RunningStack, waitUntil } from './running-stack.ts'

test.each([
  ['postgres', 'POSTGRES_PORT'],
  ['issuer', 'ISSUER_PORT'],
  ['tracker', 'HARVEST_PORT'],
  ['timesheets-service', 'SERVICE_PORT'],
  ['timesheets-service', 'SERVICE_ADMIN_PORT'],
  ['gateway', 'GATEWAY_PORT'],
  ['gateway', 'GATEWAY_ADMIN_PORT'],
])(
  'reports a taken port in one line and exits with 1: %s, %s',
  async (name, variable) => {
    await using stack = new RunningStack()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, output } = await stack.run(['--once'], { [variable]: String(port) })
    other.close()
    expect(code).toBe(1)
    const [line, ...others] = lastLines(output)
    expect(others).toEqual([])
    expect(line).toMatch(
      new RegExp(`^${name} did not start: .*Port ${port}( on 127.0.0.1)? is taken by another process`),
    )
    expect(line).toMatch(new RegExp(`process; set ${variable} to use another$`))
  },
  60_000,
)

test('reports an invalid setting of a child process in one line with its name', async () => {
  await using stack = new RunningStack()
  const { code, output } = await stack.run(['--once'], { HARVEST_WEEKS: 'many' })
  expect(code).toBe(1)
  expect(lastLines(output)).toEqual([
    expect.stringMatching(
      /^tracker did not start: The configuration has an error: HARVEST_WEEKS: "many" is not /,
    ),
  ])
}, 60_000)

test('reports all invalid settings of the stack together', async () => {
  await using stack = new RunningStack()
  const { code, output } = await stack.run(['--once'], { GATEWAY_PORT: 'eighty', POSTGRES_PORT: '70000' })
  expect(code).toBe(2)
  expect(output).toContain('GATEWAY_PORT: "eighty" is not a port')
  expect(output).toContain('POSTGRES_PORT: "70000" is not a port')
})

test('a second stack on the same data folder exits with 1, and the first one keeps running', async () => {
  await using stack = new RunningStack()
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
  await using second = new RunningStack()
  const { code, output } = await second.run(['--once'], { LOCAL_DATA_DIR: stack.dataDir })
  expect(code).toBe(1)
  expect(output).toMatch(/A stack is already running \(process \d+\)/)
  expect(stack.read()).toBeDefined()
}, 60_000)

test('all processes of a stack end after SIGKILL of the stack, and the next start succeeds', async () => {
  await using stack = new RunningStack()
  const child = stack.spawn([], { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
  await waitUntil(() => stack.read() !== undefined, 'the stack runs')
  const pids = Object.values(stack.file.pids)
  child.kill('SIGKILL')
  await waitUntil(() => pids.filter(isProcessRunning).length === 0, 'all its processes have ended')
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
}, 90_000)

test('URLs and tokens stay valid after a restart, the printed commands work, and Ctrl-C is confirmed', async () => {
  const small = { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' }
  await using stack = new RunningStack()
  await stack.start({ ...small, SERVICE_PORT: '0' })
  const first = stack.file
  const token = await stack.token('contractor-sync')
  await waitUntil(() => stack.output.includes('Ctrl-C'), 'the commands are printed')
  const { output } = stack
  expect(await stack.stop()).toBe(0)
  expect(stack.output).toMatch(/\nStopping …\n$/)

  await stack.start(small)
  const { pids: _first, ...before } = first
  const { pids: _second, ...after } = stack.file
  expect(after).toEqual(before)

  const [curl] = /^curl -iw [\s\S]*?}'$/m.exec(output)!
  const paste = () =>
    execFileSync('sh', ['-c', curl.replace('curl -iw', 'curl -siw')], {
      encoding: 'utf8',
      env: { ...process.env, TOKEN: token },
    })
  expect(paste()).toMatch(/^HTTP\/1\.1 201 [\s\S]*Created timesheet \d+ for employee 007[\s\S]*\n$/)
  expect(paste()).toMatch(/^HTTP\/1\.1 200 [\s\S]*Timesheet \d+ for employee 007 is unchanged[\s\S]*\n$/)

  const [, expression] = /psql "\$\(node -p '(.*)'\)"/.exec(output)!
  expect(execFileSync(process.execPath, ['-p', expression!], { encoding: 'utf8' }).trim()).toBe(
    after.database,
  )
}, 120_000)

test('a port of the last run that is taken is replaced by a free one', async () => {
  await using stack = new RunningStack()
  const small = { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' }
  await stack.start(small)
  const { tracker, issuer } = stack.file
  await stack.stop()
  const other = createServer().listen(Number(new URL(tracker).port), '127.0.0.1')
  await once(other, 'listening')
  await stack.start(small)
  other.close()
  expect(stack.file.tracker).not.toBe(tracker)
  expect(stack.file.issuer).toBe(issuer)
}, 120_000)

describe('stopped during the first sync', () => {
  // The rate limit of the tracker makes the sync run for minutes.
  const environment = { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1', HARVEST_RATE_LIMIT: '1' }

  test.each([
    // Ctrl-C signals the stack only: the sync has a process group of its own.
    { by: 'Ctrl-C', args: [], signal: 'SIGINT', expected: 0 },
    { by: 'Ctrl-C, with --once', args: ['--once'], signal: 'SIGINT', expected: 130 },
    { by: 'SIGTERM, with --once', args: ['--once'], signal: 'SIGTERM', expected: 143 },
  ] as const)(
    'by $by: exits with $expected after the sync, and prints no addresses',
    async (stop) => {
      await using stack = new RunningStack()
      const child = stack.spawn(stop.args, environment)
      const sync = await findSyncPid(child)
      const closed = once(child, 'close')
      child.kill(stop.signal)
      expect((await closed)[0]).toBe(stop.expected)
      expect(isProcessRunning(sync)).toBe(false)
      expect(stack.output).not.toContain('Addresses')
      expect(existsSync(path.join(stack.dataDir, 'stack.json'))).toBe(false)
    },
    60_000,
  )

  test('by SIGKILL: the sync ends too', async () => {
    await using stack = new RunningStack()
    const child = stack.spawn([], environment)
    const sync = await findSyncPid(child)
    child.kill('SIGKILL')
    await waitUntil(() => !isProcessRunning(sync), 'the sync has ended')
  }, 60_000)
})

/** Waits until a stack runs contractor-sync, and returns its pid. */
async function findSyncPid(stack: ChildProcess): Promise<number> {
  let pid: number | undefined
  await waitUntil(() => {
    const line = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' })
      .split('\n')
      .find((line) => line.includes(` ${stack.pid} `) && line.includes('contractor-sync/src/main.ts'))
    pid = line === undefined ? undefined : Number.parseInt(line, 10)
    return pid !== undefined
  }, 'the first sync runs')
  return pid!
}

function lastLines(output: string): string[] {
  return output.trim().split('\n\n').at(-1)!.trim().split('\n')
}
