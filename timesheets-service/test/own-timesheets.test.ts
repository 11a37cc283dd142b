import { expect, test } from '@jest/globals'
import { createUser, users } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { ann, ben, maya, sync } = users(() => service().app)

const hours = { date: '2026-05-10', project: 'StoreZero', hours: 7.5 }

test('a person enters hours: whose they are, the token says', async () => {
  const entered = await ann.request('POST', '/timesheets', { ...hours, notes: 'Café' })
  expect(entered.status).toBe(201)
  expect(entered.body).toMatchObject({
    ...hours,
    notes: 'Café',
    user_id: 'ann@exampleco.com',
    day: '2026-05-10',
    source: 'app:timesheets-web',
    approved: false,
    version: 1,
  })
  expect(entered.headers.get('location')).toBe(`https://timesheets.example.com/timesheets/${entered.body.id}`)
  expect(entered.headers.get('etag')).toBe('"1"')
  expect((await ann.request('GET', `/timesheets/${entered.body.id}`)).body).toEqual(entered.body)

  const forged = await ann.request('POST', '/timesheets', { ...hours, user_id: 'ben@exampleco.com' })
  expect(forged).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-entry', errors: [{ pointer: '#/user_id' }] },
  })
})

test('the directory says which user an e-mail is', async () => {
  await maya.request('PUT', '/people/007', { emails: ['Bond@ExampleCo.com'] })
  const { Client } = await import('./client.ts')
  const bond = createUser(() => service().app, 'bond@exampleco.com', 'create:timesheets')
  expect((await bond.request('POST', '/timesheets', hours)).body.user_id).toBe('007')
})

test('own hours are changed and deleted while nobody has approved them', async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  const path = `/timesheets/${body.id}`
  const changed = await ann.request('PUT', path, { ...hours, hours: 3.25 })
  expect(changed).toMatchObject({ status: 200, body: { id: body.id, hours: 3.25, version: 2 } })
  expect(changed.headers.get('etag')).toBe('"2"')

  expect((await ann.request('DELETE', path)).status).toBe(204)
  expect((await ann.request('GET', path)).status).toBe(404)
  expect((await ann.request('PUT', path, hours)).status).toBe(404)
  expect((await ann.request('DELETE', path)).status).toBe(404)
})

test("another's entry is as good as none, except for who may read all", async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  const path = `/timesheets/${body.id}`
  for (const [method, sent] of [['GET'], ['PUT', hours], ['DELETE']] as const) {
    expect(await ben.request(method, path, sent)).toMatchObject({
      status: 404,
      body: { type: '/problems/not-found' },
    })
  }
  expect((await ben.request('GET', `${path}/history`)).status).toBe(404)
  expect((await maya.request('GET', path)).status).toBe(200)
  expect((await maya.request('PUT', path, hours)).status).toBe(404)
})

test('what came from a source is changed there', async () => {
  const { body } = await sync.request('POST', '/timesheets/upload', {
    ...hours,
    user_id: 'ann@exampleco.com',
    source: 'harvest',
    external_id: '1',
  })
  for (const [method, sent] of [['PUT', hours], ['DELETE']] as const) {
    const refused = await ann.request(method, `/timesheets/${body.id}`, sent)
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/owned-by-source' } })
  }
})

test('what is approved is changed no more', async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  await maya.request('PUT', `/approvals/${body.id}`)
  for (const [method, sent] of [['PUT', hours], ['DELETE']] as const) {
    const refused = await ann.request(method, `/timesheets/${body.id}`, sent)
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/approved' } })
  }
})

test('If-Match names a version, and an old one is told so', async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  const path = `/timesheets/${body.id}`
  expect((await ann.request('PUT', path, hours, { 'if-match': '"1"' })).status).toBe(200)
  const stale = await ann.request('PUT', path, hours, { 'if-match': '"1"' })
  expect(stale).toMatchObject({ status: 412, body: { type: '/problems/stale-version', version: 2 } })
  expect((await ann.request('DELETE', path, undefined, { 'if-match': '"1"' })).status).toBe(412)
  expect((await ann.request('DELETE', path, undefined, { 'if-match': 'W/"2"' })).status).toBe(412)
  expect((await ann.request('DELETE', path, undefined, { 'if-match': '"7", "2"' })).status).toBe(204)
})

test('what is no id names no entry', async () => {
  for (const id of ['0', '-1', '1.5', 'abc', '9999999999999999', '99999999999999999999', '%00', '1e3']) {
    expect((await maya.request('GET', `/timesheets/${id}`)).status).toBe(404)
    expect((await maya.request('PUT', `/approvals/${id}`)).status).toBe(404)
  }
})
