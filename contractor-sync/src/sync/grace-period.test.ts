import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { Interrupted } from '../errors.ts'
import { graceAfter } from './grace-period.ts'

test('ends after the signal, for the same reason', async () => {
  const controller = new AbortController()
  const grace = graceAfter(controller.signal, 5)
  const reason = new Interrupted('told to end')
  // Keeps the process, as a request that is under way does.
  const underWay = setTimeout(() => {}, 5000)
  controller.abort(reason)
  expect(grace.aborted).toBe(false)
  await once(grace, 'abort')
  clearTimeout(underWay)
  expect(grace.reason).toBe(reason)
})
