import { describe, expect, test } from '@jest/globals'
import { entriesPath, ids, type List, start } from './harvest-fixture.ts'

describe('faults', () => {
  test.each([401, 403, 404, 429, 500, 502, 503, 504])(
    '%d: responds with this status once',
    async (status) => {
      const { get, arm } = await start()
      await arm({ fault: status })
      expect((await get(entriesPath)).status).toBe(status)
      expect((await get(entriesPath)).status).toBe(200)
    },
  )

  test.each([
    ['429', { fault: '429' }, '1'],
    ['429 with a time', { fault: '429', retryAfterSeconds: 7 }, '7'],
    ['429 without the header', { fault: '429', retryAfterSeconds: null }, null],
    ['503', { fault: '503' }, null],
    ['503 with a time', { fault: '503', retryAfterSeconds: 2 }, '2'],
  ])('Retry-After of %s', async (_name, fault, expected) => {
    const { get, arm } = await start()
    await arm(fault)
    expect((await get(entriesPath)).headers.get('retry-after')).toBe(expected)
  })

  test('apply in turn, after the skipped requests, and only to their path', async () => {
    const { get, arm, local } = await start()
    await arm(
      { fault: '429', times: 2, path: entriesPath },
      { fault: '500', path: entriesPath },
      { fault: '503', after: 4, path: '/v2/time_entries*' },
    )
    expect((await get('/v2/company')).status).toBe(200)
    const statuses: number[] = []
    for (let request = 0; request < 6; request += 1) statuses.push((await get(entriesPath)).status)
    expect(statuses).toEqual([429, 429, 500, 200, 503, 200])
    expect(await local('GET', 'faults')).toEqual([])
  })

  test('can be listed and cleared', async () => {
    const { get, arm, local } = await start()
    await arm({ fault: '500', times: 3 })
    await get(entriesPath)
    expect(await local('GET', 'faults')).toMatchObject([{ fault: '500', times: 2 }])
    expect(await local('DELETE', 'faults')).toEqual([])
    expect((await get(entriesPath)).status).toBe(200)
  })

  test('reset: sends no response', async () => {
    const { get, arm } = await start()
    await arm({ fault: 'reset' })
    await expect(get(entriesPath)).rejects.toThrow()
    expect((await get(entriesPath)).status).toBe(200)
  })

  test('reset-midway: sends status 200 and closes the connection within the body', async () => {
    const { get, arm } = await start()
    await arm({ fault: 'reset-midway' })
    const response = await get(entriesPath)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  test('truncated and not-json: send status 200 and a body that is not JSON', async () => {
    const { get, arm } = await start()
    for (const fault of ['truncated', 'not-json']) {
      await arm({ fault })
      const response = await get(entriesPath)
      expect(response.status).toBe(200)
      const text = await response.text()
      expect(() => JSON.parse(text)).toThrow()
    }
  })

  test('slow: delays a response, also one of another fault', async () => {
    const { get, arm } = await start()
    await arm({ fault: 'slow', delayMs: 5, times: 2 }, { fault: '500' })
    expect((await get(entriesPath)).status).toBe(500)
    expect((await get(entriesPath)).status).toBe(200)
    await arm({ fault: 'slow', delayMs: 600_000 })
    await expect(get(entriesPath, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
  })

  test('empty and no-rows: send status 200 without rows', async () => {
    const { json, arm } = await start()
    await arm({ fault: 'empty' })
    expect(await json(entriesPath)).toEqual({})
    await arm({ fault: 'no-rows' })
    expect(await json(`${entriesPath}?per_page=5`)).toMatchObject({
      time_entries: [],
      total_entries: 0,
      links: { next: null },
    })
  })

  test('missing-field: removes a field of a row, or of the body', async () => {
    const { json, arm } = await start()
    await arm({ fault: 'missing-field', row: 1 }, { fault: 'missing-field', field: 'links' })
    const page = await json<List>(entriesPath)
    expect(page.time_entries[0]).toHaveProperty('hours')
    expect(page.time_entries[1]).not.toHaveProperty('hours')
    expect(page).not.toHaveProperty('links')
  })

  test('changed-type: sends a value as a string, or any other value', async () => {
    const { json, arm } = await start()
    await arm(
      { fault: 'changed-type' },
      { fault: 'changed-type', field: 'time_entries', value: null, after: 1 },
    )
    const { time_entries: rows } = await json<List>(entriesPath)
    expect(typeof rows[0]!.hours).toBe('string')
    expect(typeof rows[1]!.hours).toBe('number')
    expect(await json(entriesPath)).toMatchObject({ time_entries: null })
  })

  test('page-repeated: sends one page twice and skips none', async () => {
    const { all, arm } = await start()
    const path = `${entriesPath}?per_page=50`
    const before = await all(path)
    await arm({ fault: 'page-repeated', after: 1 })
    expect(await all(path)).toEqual([...before.slice(0, 100), ...before.slice(50)])
  })

  test('shifted: an insertion repeats a row, a deletion hides a row', async () => {
    const { all, arm } = await start()
    const path = `${entriesPath}?per_page=50`
    const before = ids(await all(path))
    await arm({ fault: 'shifted' })
    expect(ids(await all(path))).toEqual([...before.slice(0, 50), ...before.slice(49)])

    const after = ids(await all(path))
    expect(after.slice(1)).toEqual(before)
    await arm({ fault: 'shifted', by: 'delete' })
    expect(ids(await all(path))).toEqual([...after.slice(0, 50), ...after.slice(51)])
    expect(ids(await all(path))).toEqual(before)
  })
})
