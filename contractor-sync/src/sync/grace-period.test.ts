import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { InterruptedError } from '../errors.ts'
import { abortAfterGracePeriod } from './grace-period.ts'

test('aborts after the signal, with the same reason', async () => {
  const controller = new AbortController()
  const grace = abortAfterGracePeriod(controller.signal, 5)
  const reason = new InterruptedError('stopped')
  // Keeps the process alive, as a pending request does.
  const pending = setTimeout(() => {}, 5000)
  controller.abort(reason)
  expect(grace.aborted).toBe(false)
  await once(grace, 'abort')
  clearTimeout(pending)
  expect(grace.reason).toBe(reason)
})
