import { describe, expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { UnexpectedAnswer } from '../errors.ts'
import { harvest } from './harvest.ts'
import type { Ask, Reading, Selection } from './tracker.ts'

/** The example of Harvest's documents, less what nobody reads here. */
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

const listed = (name: string, rows: readonly unknown[], next: string | null = null) => ({
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

/** Harvest as these answers make it, by path; asked for what. */
function trackerOf(answers: Readonly<Record<string, unknown>>) {
  const asked: { url: URL; headers: Readonly<Record<string, string>> | undefined }[] = []
  const ask: Ask = async (text, { headers }) => {
    const url = new URL(text)
    asked.push({ url, headers })
    const answer = answers[`${url.pathname}${url.searchParams.has('page') ? url.search : ''}`]
    return { body: answer, at: new Date('2026-05-10T12:00:00Z') }
  }
  return { tracker: harvest.open(config, ask), asked }
}

async function read(
  answers: Readonly<Record<string, unknown>>,
  selection: Selection = {},
): Promise<Reading[]> {
  const readings: Reading[] = []
  for await (const reading of trackerOf(answers).tracker.read(selection)) readings.push(reading)
  return readings
}

const answersOf = (...rows: readonly unknown[]) => ({
  '/v2/users': listed('users', [kim]),
  '/v2/time_entries': listed('time_entries', rows),
})

test('an entry in the words of all trackers: the hours that were worked, the e-mail of the person', async () => {
  expect(await read(answersOf(documented))).toEqual([
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

test('asks for the window, as who we are, with what Harvest demands', async () => {
  const { tracker, asked } = trackerOf(answersOf(documented))
  for await (const _ of tracker.read({ from: '2026-03-01', to: '2026-03-31' }));
  const entries = asked.find(({ url }) => url.pathname === '/v2/time_entries')!
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

test('pages are followed by their links, on the server that is configured', async () => {
  const second = { ...documented, id: 2 }
  const first = listed(
    'time_entries',
    [documented],
    'https://elsewhere.example/v2/time_entries?page=2&per_page=1',
  )
  const { tracker, asked } = trackerOf({
    ...answersOf(),
    '/v2/time_entries': { ...first, total_entries: 2 },
    '/v2/time_entries?page=2&per_page=1': { ...listed('time_entries', [second]), total_entries: 2 },
  })
  const ids: string[] = []
  for await (const { externalId } of tracker.read({})) ids.push(externalId)
  expect(ids).toEqual(['636709355', '2'])
  expect(new Set(asked.map(({ url }) => url.host))).toEqual(new Set(['harvest.example']))
})

test.each([
  ['anew', 'https://proxy.example/harvest/v2/time_entries?page=2'],
  ['as Harvest does', 'https://api.harvestapp.com/v2/time_entries?page=2'],
])(
  'pages are followed below the path that is configured, where a proxy writes its links %s',
  async (_how, next) => {
    const asked: string[] = []
    const ask: Ask = async (url) => {
      asked.push(url)
      if (url.includes('/users')) return { body: listed('users', [kim]), at: undefined }
      if (url.endsWith('?page=2'))
        return { body: { ...listed('time_entries', []), total_entries: 1 }, at: undefined }
      return { body: listed('time_entries', [documented], next), at: undefined }
    }
    const proxied = readConfig(
      { ...environment, HARVEST_URL: 'https://proxy.example/harvest' },
      harvest.settings,
    )
    for await (const _ of harvest.open(proxied, ask).read({}));
    expect(asked).toContain('https://proxy.example/harvest/v2/time_entries?page=2')
  },
)

test('somebody who is not in the list of people has an id and no e-mail', async () => {
  const [reading] = await read(answersOf({ ...documented, user: { id: 7, name: 'Gone' } }))
  expect(reading).toMatchObject({ person: { id: '7' } })
  expect(reading).not.toMatchObject({ person: { email: expect.anything() } })
})

describe('one row that is odd is told by its id and field, and the others are read', () => {
  test.each([
    ['a field that is missing', { ...documented, id: 2, hours: undefined }, '2', /^hours: .*number/],
    ['a type that changed', { ...documented, id: 2, hours: '2.11' }, '2', /^hours: .*number.*string/],
    ['a member of a member', { ...documented, id: 2, project: null }, '2', /^project: /],
    ['no id', { ...documented, id: undefined }, 'page 1, row 2', /^id: /],
    ['hours without end', { ...documented, id: 2, hours: Number.POSITIVE_INFINITY }, '2', /^hours: /],
  ])('%s', async (_what, odd, externalId, reason) => {
    expect(await read(answersOf(documented, odd))).toEqual([
      expect.objectContaining({ kind: 'entry' }),
      { kind: 'unreadable', externalId, reason: expect.stringMatching(reason) },
    ])
  })
})

test('one that is alone on the last page is one entry’s trouble, too', async () => {
  const odd = { ...documented, id: 2, hours: '2.11' }
  const answers = {
    ...answersOf(),
    '/v2/time_entries': {
      ...listed('time_entries', [documented], 'https://x.example/v2/time_entries?page=2'),
      total_entries: 2,
    },
    '/v2/time_entries?page=2': { ...listed('time_entries', [odd]), total_entries: 2 },
  }
  expect(await read(answers)).toMatchObject([{ kind: 'entry' }, { kind: 'unreadable', externalId: '2' }])
})

test.each([
  ['HARVEST_USER_AGENT', 'Timesheets – sync (a@example.com)', /cannot carry, at place 12/],
  ['HARVEST_ACCESS_TOKEN', 'tökensecret', /cannot carry, at place 2/],
  ['HARVEST_ACCOUNT_ID', '1\n2', /cannot carry, at place 2/],
])('a setting that no header can carry is told by its name: %s', (name, text, fault) => {
  const read = () => readConfig({ ...environment, [name]: text }, harvest.settings)
  expect(read).toThrow(name)
  expect(read).toThrow(fault)
  expect(read).not.toThrow(/secret/)
})

describe('another shape is an error that names the field, never an empty success', () => {
  const broken = { ...documented, hours: '2.11' }
  test.each([
    ['nothing', { '/v2/time_entries': {} }, /page of entries.*total_entries/],
    [
      'no list',
      { '/v2/time_entries': { ...listed('time_entries', []), time_entries: null } },
      /time_entries: /,
    ],
    ['no links', { '/v2/time_entries': { ...listed('time_entries', []), links: undefined } }, /links: /],
    [
      'not one row that can be read',
      { '/v2/time_entries': listed('time_entries', [broken]) },
      /hours: .*636709355/,
    ],
    ['people without e-mail', { '/v2/users': listed('users', [{ id: 7 }]) }, /people.*users\.0\.email/],
    ['nobody at all', { '/v2/users': listed('users', []) }, /is empty/],
  ])('%s', async (_what, answers, message) => {
    const reading = read({ ...answersOf(documented), ...answers })
    await expect(reading).rejects.toThrow(UnexpectedAnswer)
    await expect(reading).rejects.toThrow(message)
  })
})

test('pages that lead in a circle are left', async () => {
  const circle = {
    ...listed('time_entries', [documented], 'https://x.example/v2/time_entries?page=1'),
    total_entries: 9,
  }
  await expect(
    read({ ...answersOf(), '/v2/time_entries': circle, '/v2/time_entries?page=1': circle }),
  ).rejects.toThrow('lead in a circle')
})

test('one entry by its id; undefined where it is gone', async () => {
  const { tracker } = trackerOf({ ...answersOf(), '/v2/time_entries/636709355': documented })
  expect(await tracker.find!('636709355')).toMatchObject({ externalId: '636709355', hours: 2.11 })
  expect(await tracker.find!('7')).toBeUndefined()
})
