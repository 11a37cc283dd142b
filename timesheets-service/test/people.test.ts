import { beforeEach, expect, test } from '@jest/globals'
import type { Person } from '@timesheets/contracts/person'
import type { Problem } from '@timesheets/contracts/problem'
import { useService } from './service-fixture.ts'

const service = useService()

const putPerson = <Body = Person>(userId: string, body: object) =>
  service().request<Body>('PUT', `/people/${encodeURIComponent(userId)}`, body)
const listPeople = <Body = Person[]>(query = '') => service().request<Body>('GET', `/people${query}`)

const kim = { name: 'Kim', emails: ['Kim@ExampleCo.com'], tracker_ids: { harvest: ['1782959'] } }

beforeEach(async () => {
  await service().sql('delete from people')
})

test('adds, changes, lists and removes a person', async () => {
  const added = await putPerson('007', kim)
  expect(added).toMatchObject({
    status: 201,
    body: { user_id: '007', ...kim, emails: ['kim@exampleco.com'] },
  })
  expect(added.headers.get('location')).toBe('https://timesheets.example.com/people/007')

  const changed = await putPerson('007', { emails: ['kim@exampleco.com', 'k@x.test'] })
  expect(changed).toMatchObject({
    status: 200,
    body: { user_id: '007', emails: ['k@x.test', 'kim@exampleco.com'], tracker_ids: {} },
  })
  expect(changed.body.name).toBeUndefined()
  expect((await listPeople()).body).toEqual([changed.body])

  const removed = await service().request('DELETE', '/people/007')
  expect(removed).toMatchObject({ status: 204, text: '' })
  expect((await listPeople()).body).toEqual([])
  expect(await service().sql('select * from person_names')).toEqual([])
  expect(await service().request('DELETE', '/people/007')).toMatchObject({
    status: 404,
    body: { type: '/problems/not-found' },
  })
})

test('writes nothing if the names are the same', async () => {
  const { body } = await putPerson('007', kim)
  const rows = () => service().sql('select xmin::text, * from people')
  const before = await rows()
  expect(await putPerson('007', kim)).toMatchObject({ status: 200, body })
  expect(await rows()).toEqual(before)
})

test('rejects a name of another person with 409, and names that person', async () => {
  await putPerson('007', kim)
  for (const [body, kind, name] of [
    [{ emails: ['KIM@exampleco.com'] }, 'email', 'kim@exampleco.com'],
    [{ tracker_ids: { harvest: ['1', '1782959'] } }, 'harvest', '1782959'],
  ] as const) {
    expect(await putPerson<Problem>('008', body)).toMatchObject({
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
  expect((await listPeople()).body).toHaveLength(1)
  // The same id in another tracker may belong to another person.
  expect((await putPerson('008', { tracker_ids: { toggl: ['1782959'] } })).status).toBe(201)
})

test('gives a name to one of eight people who get it at the same time, and responds 409 to the others', async () => {
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, i) => putPerson(`racer-${i}`, { emails: ['one@x.test', `${i}@x.test`] })),
  )
  expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
  expect((await listPeople()).body).toHaveLength(1)
})

test('stores one of eight versions of a person that are written at the same time', async () => {
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, i) => putPerson('007', { emails: [`${i}@x.test`, 'one@x.test'] })),
  )
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(7)
  const { body } = await listPeople()
  expect(body[0]!.emails).toHaveLength(2)
})

test.each([
  ['an unknown field', { e_mails: [] }, '#/e_mails'],
  ['an invalid e-mail address', { emails: ['kim'] }, '#/emails/0'],
  ['a name that is not a string', { name: 7 }, '#/name'],
  ['an invalid source name', { tracker_ids: { Harvest: ['1'] } }, '#/tracker_ids/Harvest'],
  ['a source with the name email', { tracker_ids: { email: ['a@x.test'] } }, '#/tracker_ids/email'],
  ['an id that Postgres cannot store', { tracker_ids: { harvest: ['\u0000'] } }, '#/tracker_ids/harvest/0'],
])('rejects %s with 422', async (_name, body, pointer) => {
  expect(await putPerson<Problem>('007', body)).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-body', errors: [{ pointer }] },
  })
})

test.each(['x'.repeat(129), 'a\u0000', 'a\u0085'])('rejects the user_id %j with 422', async (userId) => {
  expect(await putPerson<Problem>(userId, {})).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-body', detail: expect.stringContaining('user_id') },
  })
  const target = `/people/${encodeURIComponent(userId)}`
  expect((await service().request('DELETE', target)).status).toBe(422)
})

test.each(['auth0|1', 'jo@exampleco.com', 'Jürgen', "'; drop table people; --", '%', 'a b'])(
  'stores the user_id %j exactly',
  async (userId) => {
    expect(await putPerson(userId, {})).toMatchObject({ status: 201, body: { user_id: userId } })
    const target = `/people/${encodeURIComponent(userId)}`
    expect((await service().request('DELETE', target)).status).toBe(204)
  },
)

test('lists each person exactly once over all pages while others write', async () => {
  for (let i = 0; i < 7; i++) await putPerson(`p${i}`, { emails: [`${i}@x.test`] })
  const userIds: string[] = []
  let query = '?limit=3'
  for (;;) {
    const { body, headers } = await listPeople(query)
    userIds.push(...body.map((person) => person.user_id))
    const link = headers.get('link')
    if (link === null) break
    expect(link).toMatch(/^<https:\/\/timesheets\.example\.com\/people\?[^>]+>; rel="next"$/)
    query = link.slice(link.indexOf('?'), link.indexOf('>'))
    await putPerson('o', {})
    await putPerson('p0', { name: 'changed' })
  }
  expect(userIds).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'])
})

test('rejects the cursor of another list with 400', async () => {
  for (const id of ['q0', 'q1', 'q2']) await putPerson(id, { emails: [] })
  const { headers } = await listPeople('?limit=1')
  const cursor = /cursor=([^>&]+)/.exec(headers.get('link')!)![1]
  expect((await listPeople(`?cursor=${cursor}`)).status).toBe(200)
  const rejected = await listPeople<Problem>(`?email=kim@exampleco.com&cursor=${cursor}`)
  expect(rejected).toMatchObject({ status: 400, body: { parameter: 'cursor' } })
})

test('accepts a source with the name of a property of every object', async () => {
  const ids = { constructor: ['1'], 'to-string': ['2'] }
  expect(await putPerson('unusual', { tracker_ids: ids })).toMatchObject({
    status: 201,
    body: { tracker_ids: ids },
  })
})

test('rejects the user_id * and more than 20 sources with 422', async () => {
  expect(await putPerson('*', {})).toMatchObject({ status: 422, body: { parameter: 'user_id' } })
  const ids = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`source-${i}`, ['1']]))
  expect(await putPerson('many', { tracker_ids: ids })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '#/tracker_ids', message: 'must contain at most 20 sources' }] },
  })
})

test('rejects If-Match with 400, because a person has no version', async () => {
  const rejected = await service().request<Problem>('DELETE', '/people/007', undefined, {
    'if-match': '"1"',
  })
  expect(rejected).toMatchObject({ status: 400, body: { parameter: 'If-Match' } })
})

test('finds a person by e-mail address or tracker id', async () => {
  await putPerson('007', kim)
  await putPerson('008', { tracker_ids: { harvest: ['a:b'] } })
  const ids = async (query: string) => (await listPeople(query)).body.map((person) => person.user_id)
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
])('rejects the query ?%s with 400', async (query) => {
  expect(await listPeople<Problem>(`?${query}`)).toMatchObject({
    status: 400,
    body: { type: '/problems/invalid-parameter', parameter: query.split('=')[0] },
  })
})

test('rejects __proto__ as a source, instead of dropping it', async () => {
  const body = '{"tracker_ids": {"__proto__": ["1"], "harvest": ["2"]}}'
  const rejected = await service().request<Problem>('PUT', '/people/007', body)
  expect(rejected.status).toBe(422)
  expect(rejected.body.errors).toMatchObject([{ pointer: '#/tracker_ids/__proto__' }])
  expect((await listPeople()).body).toEqual([])
})
