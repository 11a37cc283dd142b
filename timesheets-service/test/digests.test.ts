import { expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import { computeDigest } from '@timesheets/contracts/digest'
import { toContent } from '@timesheets/contracts/entry'
import type { DayDigest, EntryDigest } from '@timesheets/contracts/sync-run'
import { users } from './client.ts'
import { entry, useService } from './service-fixture.ts'
import { parseLines, readYearOfDigests, startRun, uploadFor } from './sync-run-helpers.ts'

/** How many random histories are tried. FAULT_ROUNDS sets more; the same FAULT_SEED repeats the same ones. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 3)
const stepsPerRound = 60
const seed = Number(process.env.FAULT_SEED ?? 20261126)

const service = useService()
const { ann, maya, max, sync } = users(() => service().app)

const people = ['ann@exampleco.com', 'ben@exampleco.com', '007', 'Zoë "Z"\\']
const texts = [
  'StoreZero',
  'e\u0301te\u0301 \u2028',
  'a\tb\u0001\u007f',
  '"quotes" \\ /',
  '😀 👩‍👩‍👧',
  '\uac00\u1100\u1161',
]

/** What a tracker has: the content of each entry by its external id. */
type Tracker = Map<string, ReturnType<typeof entry> & { notes?: string }>

/** Sums digests independently of the service: with bigints, from the tracker's side. */
function sumTracker(tracker: Tracker): DayDigest[] {
  const groups = new Map<
    string,
    { user_id: string; day: string; count: number; seconds: number; lanes: bigint[] }
  >()
  for (const [externalId, body] of tracker) {
    const content = toContent(body)
    const key = JSON.stringify([content.day, content.userId])
    const group = groups.get(key) ?? {
      user_id: content.userId,
      day: content.day,
      count: 0,
      seconds: 0,
      lanes: [0n, 0n],
    }
    groups.set(key, group)
    const digest = Buffer.from(computeDigest(externalId, content), 'hex')
    group.count++
    group.seconds += content.seconds
    group.lanes = group.lanes.map((lane, i) => BigInt.asUintN(64, lane + digest.readBigUInt64BE(8 * i)))
  }
  return [...groups.values()]
    .map(({ lanes, ...group }) => ({
      ...group,
      digest: lanes.map((lane) => lane.toString(16).padStart(16, '0')).join(''),
    }))
    .sort((a, b) =>
      a.day === b.day
        ? Buffer.compare(Buffer.from(a.user_id), Buffer.from(b.user_id))
        : a.day < b.day
          ? -1
          : 1,
    )
}

const readDigests = (run: number, query?: string) => readYearOfDigests(sync, run, query)

test(`sums what the tracker sent last, through corrections, decisions and deletions (${rounds} histories, seed ${seed})`, async () => {
  for (let round = 0; round < rounds; round++) {
    const random = createRandom(seed + round)
    const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!
    const source = `history-${round}`
    const run = await startRun(sync, source)
    const tracker: Tracker = new Map()
    const ids: number[] = []
    for (let step = 0; step < stepsPerRound; step++) {
      const externalId = `${round} ${pick(['a', 'b', 'é', 'e\u0301', '"', '\\', '😀', '1', '2', '3'])}`
      const decide = (method: string, path: string) =>
        ids.length === 0 ? undefined : max.request(method, path.replace('{id}', String(pick(ids))))
      switch (Math.floor(random() * 8)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const body = entry({
            user_id: pick(people),
            date: pick(['2017-05-10', '2017-05-11T23:30:00-05:00', '2017-05-12T00:15:00.5+09:00']),
            project: pick(texts),
            hours: pick([1, 2.5, 0.3333]),
            ...(random() < 0.5 ? { notes: pick([...texts, '']) } : {}),
          })
          const { body: response } = await uploadFor(sync, run, source, [
            { ...body, external_id: externalId },
          ])
          expect(response.errors).toBe(false)
          if (response.items[0].status === 'created') ids.push(response.items[0].id)
          tracker.set(externalId, body)
          break
        }
        case 4: {
          const tombstone = { user_id: '007', source, external_id: externalId, deleted: true }
          await sync.request('POST', '/timesheets/upload', tombstone, { 'sync-run': String(run) })
          tracker.delete(externalId)
          break
        }
        case 5:
          await decide('PUT', '/approvals/{id}')
          break
        case 6:
          await decide('DELETE', '/approvals/{id}/correction')
          break
        default:
          await decide('DELETE', '/approvals/{id}')
      }
      const expected = sumTracker(tracker)
      const received = await readDigests(run)
      expect({ step, received }).toEqual({ step, received: expected })
    }
    expect(await readDigests(run, '&recompute=true')).toEqual(sumTracker(tracker))
    for (const { user_id, day } of sumTracker(tracker)) {
      const target = `/sync-runs/${run}/entries?user_id=${encodeURIComponent(user_id)}&day=${day}`
      const expected = [...tracker].flatMap(([external_id, body]) => {
        const content = toContent(body)
        if (content.userId !== user_id || content.day !== day) return []
        return [{ external_id, digest: computeDigest(external_id, content) }]
      })
      const sort = (lines: readonly EntryDigest[]) =>
        lines.toSorted((a, b) => (a.external_id < b.external_id ? -1 : 1))
      for (const recompute of [false, true]) {
        const lines = parseLines<EntryDigest>(await sync.request('GET', `${target}&recompute=${recompute}`))
        expect(sort(lines)).toEqual(sort(expected))
      }
    }
  }
})

test('a person is one, in whichever Unicode form the name was written', async () => {
  const run = await startRun(sync, 'forms')
  const forms = ['Zo\u00eb \u00e9', 'Zoe\u0308 e\u0301', 'Zo\u00eb e\u0301']
  const items = forms.map((user_id, i) => ({ user_id, external_id: String(i), hours: 1 }))
  await uploadFor(sync, run, 'forms', [...items, { user_id: 'Zo', external_id: 'other' }])
  const moved = forms.map((user_id) => ({ user_id, external_id: '0', hours: 1 }))
  for (const item of moved) {
    const { body } = await uploadFor(sync, run, 'forms', [item])
    expect(body.summary.unchanged).toBe(1)
  }
  await max.request('PUT', '/approvals', { user_id: forms[1], from: '2017-05-10', to: '2017-05-10' })
  await uploadFor(sync, run, 'forms', [{ ...items[1], hours: 2 }])
  for (const recompute of [false, true]) {
    const tracker: Tracker = new Map(
      [items[0]!, { ...items[1]!, hours: 2 }, items[2]!].map(({ external_id, user_id, hours }) => [
        external_id,
        entry({ user_id: user_id.normalize('NFC'), hours }),
      ]),
    )
    tracker.set('other', entry({ user_id: 'Zo' }))
    expect(await readDigests(run, `&recompute=${recompute}`)).toEqual(sumTracker(tracker))
    for (const form of forms) {
      const target = `/sync-runs/${run}/entries?user_id=${encodeURIComponent(form)}&day=2017-05-10&recompute=${recompute}`
      const lines = parseLines<EntryDigest>(await sync.request('GET', target))
      expect(lines.map(({ external_id }) => external_id).toSorted()).toEqual(['0', '1', '2'])
    }
  }
})

test('counts neither entries without an external id, nor other sources, nor other days', async () => {
  const run = await startRun(sync, 'bounds')
  await sync.request('POST', '/timesheets/upload', entry({ source: 'bounds', date: '2017-05-10' }))
  await uploadFor(sync, run, 'bounds', [
    { external_id: '1', date: '2017-05-09' },
    { external_id: '2', date: '2017-05-10' },
    { external_id: '3', date: '2017-05-11' },
  ])
  await startRun(sync, 'bounds-2')
  await uploadFor(sync, undefined, 'bounds-2', [{ external_id: '2', date: '2017-05-10' }])
  await ann.request('POST', '/timesheets', { date: '2017-05-10', project: 'P', hours: 1 })
  const read = async (query: string) =>
    parseLines<DayDigest>(await sync.request('GET', `/sync-runs/${run}/digests${query}`)).map(
      ({ day }) => day,
    )
  expect(await read('?from=2017-05-10&to=2017-05-10')).toEqual(['2017-05-10'])
  expect(await read('?from=2017-05-10')).toEqual(['2017-05-10', '2017-05-11'])
  expect(await read('')).toEqual(['2017-05-09', '2017-05-10', '2017-05-11'])
  expect((await sync.request('GET', `/sync-runs/${run}/digests?from=2017-05-11&to=2017-05-10`)).status).toBe(
    400,
  )
})

test('streams a day with more entries than one statement reads, and thousands of groups', async () => {
  const run = await startRun(sync, 'large')
  await service().sql(`
    insert into timesheets (user_id, day, instant, date_written, project, seconds, source, external_id, digest, client_id)
    select 'user-' || (id % 7), date '2017-05-10' + case when id <= 5000 then 0 else id % 300 end, now(), '2017-05-10', 'P', 60,
           'large', id, substr(sha256(id::text::bytea), 1, 16), 'contractor-sync'
      from generate_series(1, 12000) as id`)
  const expected = await service().sql(`
    select user_id, to_char(day, 'YYYY-MM-DD') as day, count(*)::int, sum(seconds)::int as seconds from timesheets
     where source = 'large' group by 1, 2 order by day, user_id collate "C"`)
  const lines = parseLines<DayDigest>(
    await sync.request('GET', `/sync-runs/${run}/digests?from=2017-01-01&to=2018-12-31`),
  )
  expect(lines.map(({ digest: _, ...line }) => line)).toEqual(expected)
  const entries = parseLines<EntryDigest>(
    await sync.request('GET', `/sync-runs/${run}/entries?user_id=user-1&day=2017-05-10`),
  )
  expect(entries).toHaveLength(
    lines.find(({ user_id, day }) => user_id === 'user-1' && day === '2017-05-10')!.count,
  )
})

test('sums stay the same while people decide about corrections that move entries', async () => {
  const run = await startRun(sync, 'decided')
  await service().sql(`
    insert into timesheets (user_id, day, instant, date_written, project, seconds, source, external_id, digest, client_id)
    select 'user-' || (id % 7), date '2017-05-10' + id % 50, now(), '2017-05-10', 'P', 60,
           'decided', id, substr(sha256(id::text::bytea), 1, 16), 'contractor-sync'
      from generate_series(1, 6000) as id`)
  const moved = (await service().sql(
    "select id::int, external_id from timesheets where source = 'decided' and external_id like '%77'",
  )) as { id: number; external_id: string }[]
  const ids = moved.map(({ id }) => id)
  await max.request('PUT', '/approvals', { ids })
  const { body } = await uploadFor(
    sync,
    run,
    'decided',
    moved.map(({ external_id }, i) => ({
      external_id,
      user_id: `user-${i % 9}`,
      date: `2017-06-${10 + (i % 20)}`,
    })),
  )
  expect(body.summary.held).toBe(ids.length)
  const expected = await readDigests(run)
  let isRead = false
  const deciding = (async () => {
    const random = createRandom(seed)
    while (!isRead) {
      const id = ids[Math.floor(random() * ids.length)]
      const [method, path] = [
        ['PUT', `/approvals/${id}`],
        ['DELETE', `/approvals/${id}`],
        ['DELETE', `/approvals/${id}/correction`],
      ][Math.floor(random() * 3)]!
      await max.request(method!, path!)
    }
  })()
  for (let i = 0; i < 10; i++) expect(await readDigests(run)).toEqual(expected)
  isRead = true
  await deciding
})

test('the history names the run of each version that a run wrote, and of no other', async () => {
  const [first, source] = [await startRun(sync, 'versions'), 'versions']
  const { body } = await uploadFor(sync, first, source, [{ external_id: '1', user_id: 'ann@exampleco.com' }])
  const { id } = body.items[0]
  await max.request('PUT', `/approvals/${id}`)
  await uploadFor(sync, first, source, [{ external_id: '1', user_id: 'ann@exampleco.com', hours: 6 }])
  await max.request('PUT', `/approvals/${id}`)
  await max.request('DELETE', `/approvals/${id}`)
  await uploadFor(sync, undefined, source, [{ external_id: '1', user_id: 'ann@exampleco.com', hours: 7 }])
  await sync.request('PATCH', `/sync-runs/${first}`, { status: 'succeeded' })
  const second = await startRun(sync, source)
  await uploadFor(sync, second, source, [{ external_id: '1', user_id: 'ann@exampleco.com', hours: 8 }])
  const history = await maya.request('GET', `/timesheets/${id}/history`)
  expect(history.body.map(({ action, sync_run }: Record<string, unknown>) => [action, sync_run])).toEqual([
    ['created', first],
    ['approved', undefined],
    ['held', first],
    ['correction-applied', undefined],
    ['reopened', undefined],
    ['updated', undefined],
    ['updated', second],
  ])
})
