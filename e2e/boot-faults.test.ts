import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isProcessRunning } from '@timesheets/dev-stack/running-process'
import { eventually, RunningStack } from './running-stack.ts'

test.each([
  ['postgres', 'POSTGRES_PORT'],
  ['issuer', 'ISSUER_PORT'],
  ['tracker', 'HARVEST_PORT'],
  ['timesheets-service', 'SERVICE_PORT'],
  ['timesheets-service', 'SERVICE_ADMIN_PORT'],
  ['gateway', 'GATEWAY_PORT'],
  ['gateway', 'GATEWAY_ADMIN_PORT'],
])(
  'a taken port is one clear line and a non-zero exit: %s, %s',
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

test("a fault in what only a child reads is the child's, in one line", async () => {
  await using stack = new RunningStack()
  const { code, output } = await stack.run(['--once'], { HARVEST_WEEKS: 'many' })
  expect(code).toBe(1)
  expect(lastLines(output)).toEqual([
    expect.stringMatching(
      /^tracker did not start: The configuration has an error: HARVEST_WEEKS: "many" is not /,
    ),
  ])
}, 60_000)

test('wrong settings are reported together, with their variables', async () => {
  await using stack = new RunningStack()
  const { code, output } = await stack.run(['--once'], { GATEWAY_PORT: 'eighty', POSTGRES_PORT: '70000' })
  expect(code).toBe(2)
  expect(output).toContain('GATEWAY_PORT: "eighty" is not a port')
  expect(output).toContain('POSTGRES_PORT: "70000" is not a port')
})

test('a second stack on the same data is refused while the first goes on', async () => {
  await using stack = new RunningStack()
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
  await using second = new RunningStack()
  const { code, output } = await second.run(['--once'], { LOCAL_DATA_DIR: stack.dataDir })
  expect(code).toBe(1)
  expect(output).toMatch(/A stack is running already \(process \d+\)/)
  expect(stack.read()).toBeDefined()
}, 60_000)

test('what a stack started ends with it, also when it is killed in a way that it cannot answer', async () => {
  await using stack = new RunningStack()
  const child = stack.spawn([], { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
  await eventually(() => stack.read() !== undefined, 'the stack runs')
  const pids = Object.values(stack.file.pids)
  child.kill('SIGKILL')
  await eventually(() => pids.filter(isProcessRunning).length === 0, 'all its processes have ended')
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
}, 90_000)

describe('ended during the first sync', () => {
  // The tracker asks for patience, so that the sync is under way for minutes.
  const environment = { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1', HARVEST_RATE_LIMIT: '1' }

  test.each([
    { who: 'Ctrl-C', words: [], signal: 'SIGINT', reaches: 'both', expected: 0 },
    { who: 'SIGINT to the stack alone, with --once', words: ['--once'], signal: 'SIGINT', expected: 130 },
    { who: 'SIGTERM to the stack alone, with --once', words: ['--once'], signal: 'SIGTERM', expected: 143 },
  ] as const)(
    'by $who: $expected, the sync ends first, and nothing says that it runs',
    async (told) => {
      await using stack = new RunningStack()
      const child = stack.spawn(told.words, environment)
      const sync = await syncOf(child)
      const closed = once(child, 'close')
      if ('reaches' in told) process.kill(sync, told.signal)
      child.kill(told.signal)
      expect((await closed)[0]).toBe(told.expected)
      expect(isProcessRunning(sync)).toBe(false)
      expect(stack.output).not.toContain('Where everything is')
      expect(existsSync(path.join(stack.dataDir, 'stack.json'))).toBe(false)
    },
    60_000,
  )

  test('by kill -9: the sync ends too', async () => {
    await using stack = new RunningStack()
    const child = stack.spawn([], environment)
    const sync = await syncOf(child)
    child.kill('SIGKILL')
    await eventually(() => !isProcessRunning(sync), 'the sync has ended')
  }, 60_000)
})

/** The pid of the contractor-sync that a stack runs, once it does. */
async function syncOf(stack: ChildProcess): Promise<number> {
  let pid: number | undefined
  await eventually(() => {
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
