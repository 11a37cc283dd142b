import { describe, expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { InvalidResponseError } from '../errors.ts'
import { harvest } from './harvest.ts'
import type { Selection, SourceRecord, TrackerClient } from './tracker.ts'

/** The example of Harvest's documentation, without the fields that are not read. */
const documented = {
  id: 636709355,
  spent_date: '2017-03-02',
  user: { id: 1782959, name: 'Kim Allen' },
  project: { id: 14307913, name: 'Marketing Website' },
  hours: 2.11,
  rounded_hours: 2.25,
  notes: null,
  is_running: false,
  updated_at: '2017-06-27T16:47:14Z',
}
const kim = { id: 1782959, first_name: 'Kim', email: 'kim@example.com' }

const createPage = (name: string, rows: readonly unknown[], next: string | null = null) => ({
  [name]: rows,
  total_entries: rows.length,
  links: { next },
})

const environment = {
  HARVEST_URL: 'https://harvest.example',
  HARVEST_ACCESS_TOKEN: 'pat',
  HARVEST_ACCOUNT_ID: '1',
}
const config = readConfig(environment, harvest.settings)

/** Opens Harvest with these responses by path, and records the requests. */
function openTracker(responses: Readonly<Record<string, unknown>>) {
  const requests: { url: URL; headers: Readonly<Record<string, string>> | undefined }[] = []
  const client: TrackerClient = {
    async get(text, { headers }) {
      const url = new URL(text)
      requests.push({ url, headers })
      const body = responses[`${url.pathname}${url.searchParams.has('page') ? url.search : ''}`]
      return { body, at: new Date('2026-05-10T12:00:00Z') }
    },
  }
  return { tracker: harvest.open(config, client), requests }
}

async function read(
  responses: Readonly<Record<string, unknown>>,
  selection: Selection = {},
): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  for await (const record of openTracker(responses).tracker.read(selection)) records.push(record)
  return records
}

const createResponses = (...rows: readonly unknown[]) => ({
  '/v2/users': createPage('users', [kim]),
  '/v2/time_entries': createPage('time_entries', rows),
})

test('maps an entry: the hours worked, the e-mail address of the person', async () => {
  expect(await read(createResponses(documented))).toEqual([
    {
      kind: 'entry',
      externalId: '636709355',
      person: { id: '1782959', email: 'kim@example.com' },
      date: '2017-03-02',
      project: 'Marketing Website',
      hours: 2.11,
      notes: null,
      isRunning: false,
    },
  ])
})

test('requests the window with the headers that Harvest requires', async () => {
  const { tracker, requests } = openTracker(createResponses(documented))
  for await (const _ of tracker.read({ from: '2026-03-01', to: '2026-03-31' }));
  const entries = requests.find(({ url }) => url.pathname === '/v2/time_entries')!
  expect(Object.fromEntries(entries.url.searchParams)).toEqual({
    from: '2026-03-01',
    to: '2026-03-31',
    per_page: '2000',
  })
  expect(entries.headers).toEqual({
    authorization: 'Bearer pat',
    'harvest-account-id': '1',
    'user-agent': expect.stringMatching(/contractor-sync \(.*@.*\)/),
  })
})

test('follows the links of pages on the configured server only', async () => {
  const second = { ...documented, id: 2 }
  const first = createPage(
    'time_entries',
    [documented],
    'https://elsewhere.example/v2/time_entries?page=2&per_page=1',
  )
  const { tracker, requests } = openTracker({
    ...createResponses(),
    '/v2/time_entries': { ...first, total_entries: 2 },
    '/v2/time_entries?page=2&per_page=1': { ...createPage('time_entries', [second]), total_entries: 2 },
  })
  const ids: string[] = []
  for await (const { externalId } of tracker.read({})) ids.push(externalId)
  expect(ids).toEqual(['636709355', '2'])
  expect(new Set(requests.map(({ url }) => url.host))).toEqual(new Set(['harvest.example']))
})

test.each([
  ['with its own URL', 'https://proxy.example/harvest/v2/time_entries?page=2'],
  ['unchanged', 'https://api.harvestapp.com/v2/time_entries?page=2'],
])('follows links below the configured path if a proxy passes them on %s', async (_how, next) => {
  const requests: string[] = []
  const client: TrackerClient = {
    async get(url) {
      requests.push(url)
      if (url.includes('/users')) return { body: createPage('users', [kim]), at: undefined }
      if (url.endsWith('?page=2'))
        return { body: { ...createPage('time_entries', []), total_entries: 1 }, at: undefined }
      return { body: createPage('time_entries', [documented], next), at: undefined }
    },
  }
  const proxied = readConfig(
    { ...environment, HARVEST_URL: 'https://proxy.example/harvest' },
    harvest.settings,
  )
  for await (const _ of harvest.open(proxied, client).read({}));
  expect(requests).toContain('https://proxy.example/harvest/v2/time_entries?page=2')
})

test('a person who is not in the list has an id and no e-mail address', async () => {
  const [record] = await read(createResponses({ ...documented, user: { id: 7, name: 'Gone' } }))
  expect(record).toMatchObject({ person: { id: '7' } })
  expect(record).not.toMatchObject({ person: { email: expect.anything() } })
})

describe('one invalid row is reported by its id and field, and the others are read', () => {
  test.each([
    ['a missing field', { ...documented, id: 2, hours: undefined }, '2', /^hours: .*number/],
    ['another type', { ...documented, id: 2, hours: '2.11' }, '2', /^hours: .*number.*string/],
    ['a nested field', { ...documented, id: 2, project: null }, '2', /^project: /],
    ['no id', { ...documented, id: undefined }, 'page 1, row 2', /^id: /],
    ['infinite hours', { ...documented, id: 2, hours: Number.POSITIVE_INFINITY }, '2', /^hours: /],
  ])('%s', async (_what, odd, externalId, reason) => {
    expect(await read(createResponses(documented, odd))).toEqual([
      expect.objectContaining({ kind: 'entry' }),
      {
        kind: 'unreadable',
        externalId,
        reason: expect.stringMatching(reason),
        // What is valid of it names the entry.
        details: expect.objectContaining({ person: 'kim@example.com', day: '2017-03-02' }),
      },
    ])
  })
})

test('an invalid row that is alone on the last page costs no other row', async () => {
  const odd = { ...documented, id: 2, hours: '2.11' }
  const responses = {
    ...createResponses(),
    '/v2/time_entries': {
      ...createPage('time_entries', [documented], 'https://x.example/v2/time_entries?page=2'),
      total_entries: 2,
    },
    '/v2/time_entries?page=2': { ...createPage('time_entries', [odd]), total_entries: 2 },
  }
  expect(await read(responses)).toMatchObject([{ kind: 'entry' }, { kind: 'unreadable', externalId: '2' }])
})

test.each([3, 1])(
  'a wrong total of %i for 2 entries costs no entry, and makes the read incomplete',
  async (total) => {
    const second = { ...documented, id: 2 }
    const responses = {
      ...createResponses(),
      '/v2/time_entries': { ...createPage('time_entries', [documented, second]), total_entries: total },
    }
    const reasons: string[] = []
    const { tracker } = openTracker(responses)
    const records = await Array.fromAsync(
      tracker.read({}, { onIncomplete: (reason) => reasons.push(reason) }),
    )
    expect(records).toMatchObject([{ externalId: '636709355' }, { externalId: '2' }])
    expect(reasons).toEqual([`Harvest counts ${total} entries and lists 2; those that it lists were read`])
  },
)

test('a row without an id makes the read incomplete', async () => {
  const reasons: string[] = []
  const { tracker } = openTracker(createResponses(documented, { ...documented, id: undefined }))
  for await (const _ of tracker.read({}, { onIncomplete: (reason) => reasons.push(reason) }));
  expect(reasons).toEqual(['an entry has no valid id (page 1, row 2)'])
})

describe('access', () => {
  test('an administrator sees everybody, in the account of the setting', async () => {
    const { tracker } = openTracker({ '/v2/users/me': { ...kim, access_roles: ['administrator'] } })
    expect(await tracker.checkAccess!()).toMatchObject({ account: '1', restriction: undefined })
  })

  test.each([
    ['a manager', { access_roles: ['manager'] }, /belongs to a manager, and only an administrator/],
    ['a member', { access_roles: ['member'] }, /belongs to a member/],
    ['nobody known', {}, /belongs to a person without a role/],
  ])('%s does not', async (_who, owner, restriction) => {
    const { tracker } = openTracker({ '/v2/users/me': { ...kim, ...owner } })
    expect(await tracker.checkAccess!()).toMatchObject({ restriction: expect.stringMatching(restriction) })
  })
})

test('people are listed with and without an e-mail address', async () => {
  const { tracker } = openTracker({ '/v2/users': createPage('users', [kim, { id: 7 }]) })
  expect(await tracker.listPeople!()).toEqual([{ id: '1782959', email: 'kim@example.com' }, { id: '7' }])
})

test('a person who was added during the run is found', async () => {
  const responses: Record<string, unknown> = createResponses({ ...documented, user: { id: 7 } })
  const { tracker, requests } = openTracker(responses)
  await tracker.listPeople!()
  responses['/v2/users'] = createPage('users', [kim, { id: 7, email: 'new@example.com' }])
  expect(await Array.fromAsync(tracker.read({}))).toMatchObject([
    { person: { id: '7', email: 'new@example.com' } },
  ])
  expect(requests.filter(({ url }) => url.pathname === '/v2/users')).toHaveLength(2)
})

test('unknown fields are ignored, and counted by their name', async () => {
  const rows = [
    { ...documented, mood: 1 },
    { ...documented, id: 2, mood: 2, colour: 'red' },
  ]
  const { tracker } = openTracker(createResponses(...rows))
  expect(await Array.fromAsync(tracker.read({}))).toHaveLength(2)
  expect(Object.fromEntries(tracker.unknownFields!)).toEqual({ mood: 2, colour: 1 })
})

test.each([
  ['null', { id: 7, email: null }],
  ['missing', { id: 7 }],
  ['without id', { email: 'x@example.com' }],
])('one person with an e-mail address that is %s costs no entry of the others', async (_what, person) => {
  const responses = {
    ...createResponses({ ...documented, id: 2, user: { id: 7 } }, documented),
    '/v2/users': createPage('users', [person, kim]),
  }
  expect(await read(responses)).toMatchObject([
    { kind: 'entry', externalId: '2', person: { id: '7' } },
    { kind: 'entry', externalId: '636709355', person: { id: '1782959', email: 'kim@example.com' } },
  ])
})

test.each([
  ['HARVEST_USER_AGENT', 'Timesheets – sync (a@example.com)', /cannot carry, at position 12/],
  ['HARVEST_ACCESS_TOKEN', 'tökensecret', /cannot carry, at position 2/],
  ['HARVEST_ACCOUNT_ID', '1\n2', /cannot carry, at position 2/],
])('rejects a setting that a header cannot carry, by its name: %s', (name, text, message) => {
  const read = () => readConfig({ ...environment, [name]: text }, harvest.settings)
  expect(read).toThrow(name)
  expect(read).toThrow(message)
  expect(read).not.toThrow(/secret/)
})

describe('an unexpected shape is an error that names the field, never an empty success', () => {
  const broken = { ...documented, hours: '2.11' }
  test.each([
    ['an empty object', { '/v2/time_entries': {} }, /page of entries.*total_entries/],
    [
      'no list',
      { '/v2/time_entries': { ...createPage('time_entries', []), time_entries: null } },
      /time_entries: /,
    ],
    ['no links', { '/v2/time_entries': { ...createPage('time_entries', []), links: undefined } }, /links: /],
    ['no valid row', { '/v2/time_entries': createPage('time_entries', [broken]) }, /hours: .*636709355/],
    ['people without e-mail', { '/v2/users': createPage('users', [{ id: 7 }]) }, /people.*users\.0\.email/],
    ['no people', { '/v2/users': createPage('users', []) }, /is empty/],
  ])('%s', async (_what, responses, message) => {
    const reading = read({ ...createResponses(documented), ...responses })
    await expect(reading).rejects.toThrow(InvalidResponseError)
    await expect(reading).rejects.toThrow(message)
  })
})

test('pages that form a loop are an error', async () => {
  const loop = {
    ...createPage('time_entries', [documented], 'https://x.example/v2/time_entries?page=1'),
    total_entries: 9,
  }
  await expect(
    read({ ...createResponses(), '/v2/time_entries': loop, '/v2/time_entries?page=1': loop }),
  ).rejects.toThrow('form a loop')
})

test('find returns one entry by its id, and undefined if it was deleted', async () => {
  const { tracker } = openTracker({ ...createResponses(), '/v2/time_entries/636709355': documented })
  expect(await tracker.find!('636709355')).toMatchObject({ externalId: '636709355', hours: 2.11 })
  expect(await tracker.find!('7')).toBeUndefined()
})

test('a lookup that returns another entry is an error', async () => {
  const { tracker } = openTracker({ ...createResponses(), '/v2/time_entries/7': documented })
  await expect(tracker.find!('7')).rejects.toThrow("Harvest's entry 7 has the id 636709355")
})
