import { describe, expect, test } from '@jest/globals'
import { Interrupted, Outage, Refused, UnexpectedAnswer } from '../errors.ts'
import { Patience } from './retry.ts'

/** Fails with these, one after the other, then gives `done`. */
function failing(...failures: Error[]) {
  let calls = 0
  return {
    act: async () => {
      const failure = failures[calls++]
      if (failure !== undefined) throw failure
      return 'done'
    },
    get calls() {
      return calls
    },
  }
}

describe('what is tried again', () => {
  test('an outage, until it is over', async () => {
    const told: string[] = []
    const patience = new Patience({ budgetMs: 60_000, onWait: ({ message }) => told.push(message) })
    const outage = failing(new Outage('down'))
    expect(await patience.attempt(outage.act)).toBe('done')
    expect(told).toEqual(['down'])
  })

  test('a cut answer, a few times', async () => {
    const cut = () => new UnexpectedAnswer('cut', { mayPass: true })
    const forever = failing(...Array.from({ length: 9 }, cut))
    await expect(new Patience({ budgetMs: 60_000 }).attempt(forever.act)).rejects.toThrow('cut')
    expect(forever.calls).toBe(4)
  })

  test.each([new Refused('wrong'), new UnexpectedAnswer('odd'), new TypeError('a bug')])(
    'not $name',
    async (failure) => {
      const once = failing(failure)
      await expect(new Patience({ budgetMs: 60_000 }).attempt(once.act)).rejects.toBe(failure)
      expect(once.calls).toBe(1)
    },
  )
})

describe('where patience ends', () => {
  test('when the budget does not last until the other side wants to be asked again: at once', async () => {
    const quota = failing(new Outage('too often', { status: 429, retryAfterMs: 3_600_000 }))
    const attempt = new Patience({ budgetMs: 60_000 }).attempt(quota.act)
    await expect(attempt).rejects.toThrow('too often; asked once; it wants to be left alone for 3600 s')
    await expect(attempt).rejects.toMatchObject({ status: 429 })
    expect(quota.calls).toBe(1)
  })

  test('all requests of a run share the budget', async () => {
    const patience = new Patience({ budgetMs: 1600 })
    await patience.attempt(failing(new Outage('down')).act)
    const rest = failing(...Array.from({ length: 9 }, () => new Outage('down')))
    await expect(patience.attempt(rest.act)).rejects.toThrow(/^down; asked (once|2 times)$/)
  })

  test('when the process is told to end', async () => {
    const controller = new AbortController()
    const patience = new Patience({ budgetMs: 60_000, signal: controller.signal })
    const attempt = patience.attempt(failing(new Outage('down', { retryAfterMs: 30_000 })).act)
    setTimeout(() => controller.abort(new Interrupted('told to end')), 20)
    await expect(attempt).rejects.toThrow('told to end')
  })

  test('but what was done by then is done', async () => {
    const controller = new AbortController()
    const patience = new Patience({ budgetMs: 60_000, signal: controller.signal })
    const uploaded = patience.attempt(async () => {
      controller.abort(new Interrupted('told to end'))
      return 'uploaded'
    })
    expect(await uploaded).toBe('uploaded')
  })
})
