import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from '@jest/globals'
import { isAlive } from '../src/running-process.ts'

test('a process is alive until it has ended, also where nobody collects its exit code', async () => {
  // The shell becomes a program that knows nothing of the child that it has, as a container's first process often is.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(parent.stdout), 'line')
  const pid = Number(line)
  expect(isAlive(pid)).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(() => process.kill(pid, 0)).not.toThrow()
  expect(isAlive(pid)).toBe(false)
  parent.kill()
  await once(parent, 'exit')
  expect(isAlive(parent.pid!)).toBe(false)
})
