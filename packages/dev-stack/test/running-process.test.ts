import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from '@jest/globals'
import { isProcessRunning } from '../src/running-process.ts'

test('isProcessRunning returns false for a zombie', async () => {
  // The shell is replaced by sleep, which does not collect the exit code of its child: the child becomes a zombie. The
  // first process of a container often behaves like this.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(parent.stdout), 'line')
  const pid = Number(line)
  expect(isProcessRunning(pid)).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(() => process.kill(pid, 0)).not.toThrow()
  expect(isProcessRunning(pid)).toBe(false)
  parent.kill()
  await once(parent, 'exit')
  expect(isProcessRunning(parent.pid!)).toBe(false)
})
