import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { isAlive } from '../packages/local/src/alive.ts'
import { eventually, RunningStack } from './running-stack.ts'

test('a taken port is one clear line and a non-zero exit, and nothing is left running', async () => {
  await using stack = new RunningStack()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, output } = await stack.run(['--once'], { GATEWAY_PORT: String(port) })
  other.close()
  expect(code).toBe(1)
  expect(lastLines(output)).toEqual([
    `gateway did not start: Port ${port} on 127.0.0.1 is taken by another process; set GATEWAY_PORT to use another`,
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
  await eventually(() => pids.filter(isAlive).length === 0, 'all its processes have ended')
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
}, 90_000)

function lastLines(output: string): string[] {
  return output.trim().split('\n\n').at(-1)!.split('\n')
}
