import { describe, expect, test } from '@jest/globals'
import { surroundings } from './test-environment.ts'

const around = surroundings()

const entries = '/v2/time_entries'
const users = '/v2/users'
const always = 1000

interface Case {
  readonly faults: readonly object[]
  readonly settings?: Readonly<Record<string, string>>
  readonly code: number
  /** What an operator reads. */
  readonly says?: RegExp
}

/** Each fault by itself: it ends as it must, and when it is gone the next run ends clean, with nothing lost or doubled. */
async function expectCase({ faults, settings = {}, code, says }: Case): Promise<void> {
  await around.forget()
  await around.arm(...faults)
  const ended = await around.run(settings)
  const said = `${ended.stdout}${ended.stderr}`
  expect({ code: ended.code, said }).toEqual({ code, said: expect.stringMatching(says ?? /./) })
  expect(said).not.toContain('local-only-')
  if (code === 0) expect(await around.stored()).toEqual(await around.tracked())
  else await around.expectWell()
}

describe('wrong settings, which repeating does not mend', () => {
  test.each<[string, Case]>([
    ['401', { faults: [{ fault: '401', path: entries }], code: 2, says: /renew HARVEST_ACCESS_TOKEN/ }],
    [
      '403',
      { faults: [{ fault: '403', path: users }], code: 2, says: /check HARVEST_ACCOUNT_ID.*administrator/ },
    ],
    ['404', { faults: [{ fault: '404', path: entries }], code: 2, says: /check HARVEST_URL/ }],
    [
      '401 on the second page',
      { faults: [{ fault: '401', path: entries, after: 1 }], code: 2, says: /renew/ },
    ],
    [
      'another token',
      {
        faults: [],
        settings: { HARVEST_ACCESS_TOKEN: 'revoked' },
        code: 2,
        says: /renew HARVEST_ACCESS_TOKEN/,
      },
    ],
  ])('%s', (_what, one) => expectCase(one), 60_000)
})

describe('outages that pass within the patience of a run', () => {
  test.each([
    ['429 with Retry-After', { fault: '429', retryAfterSeconds: 1, times: 2 }],
    ['429 without', { fault: '429', retryAfterSeconds: null }],
    ['500', { fault: '500', times: 2 }],
    ['502', { fault: '502' }],
    ['503 with Retry-After', { fault: '503', retryAfterSeconds: 1 }],
    ['504', { fault: '504' }],
    ['reset', { fault: 'reset', times: 2 }],
    ['reset within the answer', { fault: 'reset-midway' }],
    ['slow', { fault: 'slow', delayMs: 1500 }],
    ['half an answer', { fault: 'truncated' }],
    ['a page for people', { fault: 'not-json' }],
  ])(
    '%s',
    (_what, fault) =>
      expectCase({
        faults: [fault],
        settings: { REQUEST_TIMEOUT_SECONDS: '1' },
        code: 0,
        says: /trying again/,
      }),
    60_000,
  )
})

describe('outages that do not', () => {
  const impatient = { RETRY_DEADLINE_SECONDS: '1', REQUEST_TIMEOUT_SECONDS: '1' }
  test.each<[string, object, RegExp]>([
    [
      'a quota for the hour',
      { fault: '429', retryAfterSeconds: 3600 },
      /asked too often.*left alone for 3600 s/,
    ],
    ['500', { fault: '500' }, /Harvest has trouble of its own \(500\); asked/],
    ['502', { fault: '502', path: users }, /502/],
    ['reset', { fault: 'reset' }, /Harvest cannot be reached \(ECONNRESET\)/],
    ['reset within the answer', { fault: 'reset-midway' }, /Harvest cannot be reached/],
    ['slow', { fault: 'slow', delayMs: 3000 }, /did not answer within 1 s/],
  ])(
    '%s',
    (_what, fault, says) =>
      expectCase({ faults: [{ times: always, ...fault }], settings: impatient, code: 75, says }),
    60_000,
  )

  test('a tracker that is not there', () =>
    expectCase({
      faults: [],
      settings: { ...impatient, HARVEST_URL: 'http://127.0.0.1:1' },
      code: 75,
      says: /cannot be reached \(ECONNREFUSED\); is it up, and HARVEST_URL right/,
    }))
})

describe('answers of another shape are errors, never an empty success', () => {
  test.each<[string, object, RegExp]>([
    ['nothing in it', { fault: 'empty', path: entries }, /page of entries.*total_entries/],
    ['nothing of the people', { fault: 'empty', path: users }, /page of people/],
    ['no people', { fault: 'no-rows', path: users }, /people is empty/],
    ['no list', { fault: 'missing-field', field: 'time_entries', path: entries }, /time_entries: /],
    ['no links', { fault: 'missing-field', field: 'links', path: entries }, /links: /],
    [
      'a list that is a text',
      { fault: 'changed-type', field: 'time_entries', path: entries },
      /time_entries: /,
    ],
    ['people without e-mail', { fault: 'missing-field', field: 'email', path: users }, /users\.0\.email/],
    ['never JSON', { fault: 'not-json', path: entries, times: always }, /not JSON.*HARVEST_URL/],
    ['never whole', { fault: 'truncated', path: entries, times: always }, /not JSON, or not all of it/],
    ['pages in a circle', { fault: 'page-repeated', path: entries, times: always }, /lead in a circle/],
  ])('%s', (_what, fault, says) => expectCase({ faults: [fault], code: 1, says }), 60_000)
})

describe('one row that is odd is rejected, by its id and field, and all others are taken', () => {
  test.each<[string, object, RegExp]>([
    ['a field is missing', { fault: 'missing-field', field: 'hours', row: 3 }, /"externalId":"\d+".*hours: /],
    ['a type has changed', { fault: 'changed-type', field: 'hours', row: 3 }, /"externalId":"\d+".*hours: /],
    [
      'the id is missing',
      { fault: 'missing-field', field: 'id', row: 3 },
      /"externalId":"page 1, row 4".*id: /,
    ],
    [
      'nothing stands where the project was',
      { fault: 'changed-type', field: 'project', value: null, row: 3 },
      /project: /,
    ],
  ])(
    '%s',
    async (_what, fault, says) => {
      await expectCase({ faults: [{ path: entries, times: always, ...fault }], code: 3, says })
    },
    60_000,
  )
})

describe('pages that change while they are read lose and double nothing', () => {
  test.each<[string, object]>([
    ['an entry deleted', { fault: 'shifted', by: 'delete', path: entries }],
    ['an entry added', { fault: 'shifted', by: 'insert', path: entries }],
    ['two deleted, page after page', { fault: 'shifted', by: 'delete', path: entries, times: 2 }],
    ['a page twice', { fault: 'page-repeated', path: entries }],
    ['a page that says there is nothing', { fault: 'no-rows', path: entries }],
    ['the second one does', { fault: 'no-rows', path: entries, after: 1 }],
  ])(
    '%s',
    async (_what, fault) => {
      await around.forget()
      await around.arm(fault)
      const ended = await around.run()
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
      const [stored, tracked] = [await around.stored(), await around.tracked()]
      // Deletions are not seen yet: what was there when it was read stays.
      expect(stored.ids).toEqual(expect.arrayContaining([...tracked.ids]))
      expect(stored.count - tracked.count).toBeLessThanOrEqual(2)
    },
    60_000,
  )
})

test(
  'faults of many kinds in one run',
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
