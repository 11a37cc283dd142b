import { beforeEach, expect, test } from '@jest/globals'
import type { Person } from '@timesheets/contracts/person'
import type { Problem } from '@timesheets/contracts/problem'
import { useService } from './service-fixture.ts'

const service = useService()

const put = <Body = Person>(userId: string, body: object) =>
  service().request<Body>('PUT', `/people/${encodeURIComponent(userId)}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const list = <Body = Person[]>(query = '') => service().request<Body>('GET', `/people${query}`, {})

const kim = { name: 'Kim', emails: ['Kim@ExampleCo.com'], tracker_ids: { harvest: ['1782959'] } }

beforeEach(async () => {
  await service().sql('delete from people')
})

test('a person is entered, changed, readList and taken out', async () => {
  const entered = await put('007', kim)
  expect(entered).toMatchObject({
    status: 201,
    body: { user_id: '007', ...kim, emails: ['kim@exampleco.com'] },
  })
  expect(entered.headers.get('location')).toBe('https://timesheets.example.com/people/007')

  const changed = await put('007', { emails: ['kim@exampleco.com', 'k@x.test'] })
  expect(changed).toMatchObject({
    status: 200,
    body: { user_id: '007', emails: ['k@x.test', 'kim@exampleco.com'], tracker_ids: {} },
  })
  expect(changed.body.name).toBeUndefined()
  expect((await list()).body).toEqual([changed.body])

  const gone = await service().send('DELETE', '/people/007', {})
  expect(gone).toMatchObject({ status: 204, text: '' })
  expect((await list()).body).toEqual([])
  expect(await service().sql('select * from person_names')).toEqual([])
  expect(await service().send('DELETE', '/people/007', {})).toMatchObject({
    status: 404,
    body: { type: '/problems/not-found' },
  })
})

test('the same again writes nothing', async () => {
  const { body } = await put('007', kim)
  const rows = () => service().sql('select xmin::text, * from people')
  const before = await rows()
  expect(await put('007', kim)).toMatchObject({ status: 200, body })
  expect(await rows()).toEqual(before)
})

test("a name is one person's at most, and whose it is is said", async () => {
  await put('007', kim)
  for (const [body, kind, name] of [
    [{ emails: ['KIM@exampleco.com'] }, 'email', 'kim@exampleco.com'],
    [{ tracker_ids: { harvest: ['1', '1782959'] } }, 'harvest', '1782959'],
  ] as const) {
    expect(await put<Problem>('008', body)).toMatchObject({
      status: 409,
      body: {
        type: '/problems/name-taken',
        kind,
        name,
        user_id: '007',
        detail: expect.stringContaining(name),
      },
    })
  }
  expect((await list()).body).toHaveLength(1)
  // The same id in another tracker is somebody else's.
  expect((await put('008', { tracker_ids: { toggl: ['1782959'] } })).status).toBe(201)
})

test('of many who take a name at once one has it, and nobody fails otherwise', async () => {
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, i) => put(`racer-${i}`, { emails: ['one@x.test', `${i}@x.test`] })),
  )
  expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
  expect((await list()).body).toHaveLength(1)
})

test('one person written by many at once ends as one of them said', async () => {
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, i) => put('007', { emails: [`${i}@x.test`, 'one@x.test'] })),
  )
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(7)
  const { body } = await list()
  expect(body[0]!.emails).toHaveLength(2)
})

test.each([
  ['an unknown member', { e_mails: [] }, '#/e_mails'],
  ['an e-mail that is none', { emails: ['kim'] }, '#/emails/0'],
  ['a name that is no text', { name: 7 }, '#/name'],
  ['a source that is none', { tracker_ids: { Harvest: ['1'] } }, '#/tracker_ids/Harvest'],
  ['e-mails in the guise of a source', { tracker_ids: { email: ['a@x.test'] } }, '#/tracker_ids/email'],
  ['an id that no database can hold', { tracker_ids: { harvest: ['\u0000'] } }, '#/tracker_ids/harvest/0'],
])('%s is refused', async (_what, body, pointer) => {
  expect(await put<Problem>('007', body)).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-body', errors: [{ pointer }] },
  })
})

test.each(['x'.repeat(129), 'a\u0000', 'a\u0085'])('the user_id %j is refused', async (userId) => {
  expect(await put<Problem>(userId, {})).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-body', detail: expect.stringContaining('user_id') },
  })
  const target = `/people/${encodeURIComponent(userId)}`
  expect((await service().send('DELETE', target, {})).status).toBe(422)
})

test.each(['auth0|1', 'jo@exampleco.com', 'Jürgen', "'; drop table people; --", '%', 'a b'])(
  'the user_id %j is kept as it is',
  async (userId) => {
    expect(await put(userId, {})).toMatchObject({ status: 201, body: { user_id: userId } })
    const target = `/people/${encodeURIComponent(userId)}`
    expect((await service().send('DELETE', target, {})).status).toBe(204)
  },
)

test('the directory comes in pages, none twice and none missed while others write', async () => {
  for (let i = 0; i < 7; i++) await put(`p${i}`, { emails: [`${i}@x.test`] })
  const seen: string[] = []
  let query = '?limit=3'
  for (;;) {
    const { body, headers } = await list(query)
    seen.push(...body.map((person) => person.user_id))
    const link = headers.get('link')
    if (link === null) break
    expect(link).toMatch(/^<https:\/\/timesheets\.example\.com\/people\?[^>]+>; rel="next"$/)
    query = link.slice(link.indexOf('?'), link.indexOf('>'))
    await put('o', {})
    await put('p0', { name: 'changed' })
  }
  expect(seen).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'])
})

test('a cursor is good for the list that gave it', async () => {
  for (const id of ['q0', 'q1', 'q2']) await put(id, { emails: [] })
  const { headers } = await list('?limit=1')
  const cursor = /cursor=([^>&]+)/.exec(headers.get('link')!)![1]
  expect((await list(`?cursor=${cursor}`)).status).toBe(200)
  const elsewhere = await list<Problem>(`?email=kim@exampleco.com&cursor=${cursor}`)
  expect(elsewhere).toMatchObject({ status: 400, body: { parameter: 'cursor' } })
})

test('a source may be named as what every object has', async () => {
  const ids = { constructor: ['1'], 'to-string': ['2'] }
  expect(await put('odd', { tracker_ids: ids })).toMatchObject({ status: 201, body: { tracker_ids: ids } })
})

test('nobody is everybody, and nobody has names without end', async () => {
  expect(await put('*', {})).toMatchObject({ status: 422, body: { parameter: 'user_id' } })
  const ids = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`source-${i}`, ['1']]))
  expect(await put('many', { tracker_ids: ids })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '#/tracker_ids', message: 'must name at most 20 sources' }] },
  })
})

test('a person has no version to match: If-Match is refused, not passed over', async () => {
  const refused = await service().request<Problem>('DELETE', '/people/007', {
    headers: { 'if-match': '"1"' },
  })
  expect(refused).toMatchObject({ status: 400, body: { parameter: 'If-Match' } })
})

test('somebody is found by a name', async () => {
  await put('007', kim)
  await put('008', { tracker_ids: { harvest: ['a:b'] } })
  const ids = async (query: string) => (await list(query)).body.map((person) => person.user_id)
  expect(await ids('?email=KIM@EXAMPLECO.COM')).toEqual(['007'])
  expect(await ids('?tracker_id=harvest:1782959')).toEqual(['007'])
  expect(await ids('?tracker_id=harvest:a:b')).toEqual(['008'])
  expect(await ids('?tracker_id=toggl:1782959')).toEqual([])
  expect(await ids('?email=kim@exampleco.com&tracker_id=harvest:a:b')).toEqual([])
})

test.each([
  'limit=0',
  'limit=501',
  'limit=x',
  'cursor=x',
  'cursor=',
  `cursor=${Buffer.from('{"after":"p0"}').toString('base64url')}`,
  'tracker_id=1782959',
  'tracker_id=email:kim@exampleco.com',
  'email=',
  'email=%00',
  'name=Kim',
  'limit=1&limit=2',
])('?%s is refused', async (query) => {
  expect(await list<Problem>(`?${query}`)).toMatchObject({
    status: 400,
    body: { type: '/problems/invalid-parameter', parameter: query.split('=')[0] },
  })
})
