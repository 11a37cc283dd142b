import { describe, expect, test } from '@jest/globals'
import { closedPortUrl, testEnvironment } from './test-environment.ts'

const env = testEnvironment()

const entries = '/v2/time_entries'
const users = '/v2/users'
const always = 1000

interface Case {
  readonly faults: readonly object[]
  readonly settings?: Readonly<Record<string, string>>
  readonly code: number
  /** Appears in the output. */
  readonly message?: RegExp
  readonly afterRun?: () => Promise<void>
}

/** Asserts the exit code and message of a run with faults, and that the next run without them ends with 0. */
async function expectCase({ faults, settings = {}, code, message, afterRun }: Case): Promise<void> {
  await env.deleteEntries()
  await env.injectFaults(...faults)
  const ended = await env.run(settings)
  const output = `${ended.stdout}${ended.stderr}`
  expect({ code: ended.code, output }).toEqual({ code, output: expect.stringMatching(message ?? /./) })
  expect(output).not.toContain('local-only-')
  await afterRun?.()
  if (code === 0) expect(await env.readStoredTotals()).toEqual(await env.readTrackerTotals())
  else await env.expectRecovery()
}

describe('a wrong setting ends with 2', () => {
  test.each<[string, Case]>([
    ['401', { faults: [{ fault: '401', path: entries }], code: 2, message: /renew HARVEST_ACCESS_TOKEN/ }],
    [
      '403',
      {
        faults: [{ fault: '403', path: users }],
        code: 2,
        message: /check HARVEST_ACCOUNT_ID.*administrator/,
      },
    ],
    ['404', { faults: [{ fault: '404', path: entries }], code: 2, message: /check HARVEST_URL/ }],
    [
      '401 on the second page',
      { faults: [{ fault: '401', path: entries, after: 1 }], code: 2, message: /renew/ },
    ],
    [
      'another token',
      {
        faults: [],
        settings: { HARVEST_ACCESS_TOKEN: 'revoked' },
        code: 2,
        message: /renew HARVEST_ACCESS_TOKEN/,
      },
    ],
  ])('%s', (_what, one) => expectCase(one), 60_000)
})

describe('an outage that ends within the retry budget is retried', () => {
  test.each([
    ['429 with Retry-After', { fault: '429', retryAfterSeconds: 1, times: 2 }],
    ['429 without Retry-After', { fault: '429', retryAfterSeconds: null }],
    ['500', { fault: '500', times: 2 }],
    ['502', { fault: '502' }],
    ['503 with Retry-After', { fault: '503', retryAfterSeconds: 1 }],
    ['504', { fault: '504' }],
    ['reset', { fault: 'reset', times: 2 }],
    ['reset within the response', { fault: 'reset-midway' }],
    ['slow', { fault: 'slow', delayMs: 1500 }],
    ['a truncated response', { fault: 'truncated' }],
    ['a web page', { fault: 'not-json' }],
  ])(
    '%s',
    (_what, fault) =>
      expectCase({
        faults: [fault],
        settings: { REQUEST_TIMEOUT_SECONDS: '1' },
        code: 0,
        message: /retrying/,
      }),
    60_000,
  )
})

describe('an outage that does not end gives 75', () => {
  const impatient = { RETRY_DEADLINE_SECONDS: '1', REQUEST_TIMEOUT_SECONDS: '1' }
  test.each<[string, object, RegExp]>([
    [
      'a quota for the hour',
      { fault: '429', retryAfterSeconds: 3600 },
      /429 Too Many Requests.*Retry-After: 3600 s/,
    ],
    ['500', { fault: '500' }, /Harvest returned 500 Internal Server Error; gave up/],
    ['502', { fault: '502', path: users }, /502/],
    ['reset', { fault: 'reset' }, /Harvest cannot be reached \(ECONNRESET\)/],
    ['reset within the response', { fault: 'reset-midway' }, /Harvest cannot be reached/],
    ['slow', { fault: 'slow', delayMs: 3000 }, /did not respond within 1 s/],
  ])(
    '%s',
    (_what, fault, message) =>
      expectCase({ faults: [{ times: always, ...fault }], settings: impatient, code: 75, message }),
    60_000,
  )

  test('a tracker that is down', () =>
    expectCase({
      faults: [],
      settings: { ...impatient, HARVEST_URL: closedPortUrl },
      code: 75,
      message: /cannot be reached \(ECONNREFUSED\); is it running, and is HARVEST_URL correct/,
    }))
})

describe('a response of another shape ends with 1, never as an empty success', () => {
  test.each<[string, object, RegExp]>([
    ['an empty object', { fault: 'empty', path: entries }, /page of entries.*total_entries/],
    ['an empty object for people', { fault: 'empty', path: users }, /page of people/],
    ['no people', { fault: 'no-rows', path: users }, /people is empty/],
    ['no list', { fault: 'missing-field', field: 'time_entries', path: entries }, /time_entries: /],
    ['no links', { fault: 'missing-field', field: 'links', path: entries }, /links: /],
    [
      'a string instead of a list',
      { fault: 'changed-type', field: 'time_entries', path: entries },
      /time_entries: /,
    ],
    [
      'a web page each time',
      { fault: 'not-json', path: entries, times: always },
      /not complete JSON.*HARVEST_URL/,
    ],
    [
      'a truncated response each time',
      { fault: 'truncated', path: entries, times: always },
      /not complete JSON/,
    ],
    ['pages that form a loop', { fault: 'page-repeated', path: entries, times: always }, /form a loop/],
  ])('%s', (_what, fault, message) => expectCase({ faults: [fault], code: 1, message }), 60_000)
})

describe('one invalid row is rejected by its id and field, and all others are uploaded', () => {
  test.each<[string, object, RegExp]>([
    ['a missing field', { fault: 'missing-field', field: 'hours', row: 3 }, /"externalId":"\d+".*hours: /],
    ['another type', { fault: 'changed-type', field: 'hours', row: 3 }, /"externalId":"\d+".*hours: /],
    ['a missing id', { fault: 'missing-field', field: 'id', row: 3 }, /"externalId":"page 1, row 4".*id: /],
    [
      'null instead of the project',
      { fault: 'changed-type', field: 'project', value: null, row: 3 },
      /project: /,
    ],
  ])(
    '%s',
    async (_what, fault, message) => {
      await expectCase({ faults: [{ path: entries, times: always, ...fault }], code: 3, message })
    },
    60_000,
  )
})

test('a wrong total_entries ends with 3 and both numbers, and every listed entry is uploaded', async () => {
  await expectCase({
    faults: [{ fault: 'changed-type', field: 'total_entries', value: 9999, path: entries, times: always }],
    code: 3,
    message: /"outcome":"not-provable","reason":"Harvest counts 9999 entries and lists \d+/,
    afterRun: async () => expect(await env.readStoredTotals()).toEqual(await env.readTrackerTotals()),
  })
}, 60_000)

test('one person without an e-mail address costs no entry of the others', () =>
  expectCase({
    faults: [{ fault: 'missing-field', field: 'email', path: users }],
    code: 3,
    message: /"problem":"unknown-person".*person \d+ of the tracker/,
  }))

describe('no entry is lost or doubled when pages change while they are read', () => {
  test.each<[string, object]>([
    ['an entry deleted', { fault: 'shifted', by: 'delete', path: entries }],
    ['an entry added', { fault: 'shifted', by: 'insert', path: entries }],
    ['two deleted, page after page', { fault: 'shifted', by: 'delete', path: entries, times: 2 }],
    ['a repeated page', { fault: 'page-repeated', path: entries }],
    ['an empty first page', { fault: 'no-rows', path: entries }],
    ['an empty second page', { fault: 'no-rows', path: entries, after: 1 }],
  ])(
    '%s',
    async (_what, fault) => {
      await env.deleteEntries()
      await env.injectFaults(fault)
      const ended = await env.run()
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
      const [stored, tracked] = [await env.readStoredTotals(), await env.readTrackerTotals()]
      // An entry that was deleted after it was read stays until the next run.
      expect(stored.ids).toEqual(expect.arrayContaining([...tracked.ids]))
      expect(stored.count - tracked.count).toBeLessThanOrEqual(2)
    },
    60_000,
  )
})

test(
  'several kinds of faults in one run are retried',
  () =>
    expectCase({
      faults: [
        { fault: 'slow', delayMs: 300, path: users },
        { fault: '429', retryAfterSeconds: 1, path: entries },
        { fault: 'reset', path: entries },
        { fault: 'truncated', path: entries, after: 1 },
        { fault: '503', path: users },
        { fault: 'page-repeated', path: entries },
      ],
      code: 0,
    }),
  60_000,
)
