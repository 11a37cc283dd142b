import { expect, test } from '@jest/globals'
import { createUser, users } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { ann, ben, maya, sync } = users(() => service().app)

const hours = { date: '2026-05-10', project: 'StoreZero', hours: 7.5 }

test('creates an entry for the person in the token, and rejects a user_id in the body', async () => {
  const created = await ann.request('POST', '/timesheets', { ...hours, notes: 'Café' })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    ...hours,
    notes: 'Café',
    user_id: 'ann@exampleco.com',
    day: '2026-05-10',
    source: 'app:timesheets-web',
    approved: false,
    version: 1,
  })
  expect(created.headers.get('location')).toBe(`https://timesheets.example.com/timesheets/${created.body.id}`)
  expect(created.headers.get('etag')).toBe('"1"')
  expect((await ann.request('GET', `/timesheets/${created.body.id}`)).body).toEqual(created.body)

  const rejected = await ann.request('POST', '/timesheets', { ...hours, user_id: 'ben@exampleco.com' })
  expect(rejected).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-entry', errors: [{ pointer: '#/user_id' }] },
  })
})

test('stores the user_id that the directory has for the e-mail of the person', async () => {
  await maya.request('PUT', '/people/007', { emails: ['Bond@ExampleCo.com'] })
  const bond = createUser(() => service().app, 'bond@exampleco.com', 'create:timesheets')
  expect((await bond.request('POST', '/timesheets', hours)).body.user_id).toBe('007')
})

test('lets a person change and delete an own entry that is not approved', async () => {
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

test('responds 404 to a request for an entry of another person, except with read:reports', async () => {
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

test('rejects changes of an uploaded entry with 409', async () => {
  const { body } = await sync.request('POST', '/timesheets/upload', {
    ...hours,
    user_id: 'ann@exampleco.com',
    source: 'harvest',
    external_id: '1',
  })
  for (const [method, sent] of [['PUT', hours], ['DELETE']] as const) {
    const rejected = await ann.request(method, `/timesheets/${body.id}`, sent)
    expect(rejected).toMatchObject({ status: 409, body: { type: '/problems/owned-by-source' } })
  }
})

test('rejects changes of an approved entry with 409', async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  await maya.request('PUT', `/approvals/${body.id}`)
  for (const [method, sent] of [['PUT', hours], ['DELETE']] as const) {
    const rejected = await ann.request(method, `/timesheets/${body.id}`, sent)
    expect(rejected).toMatchObject({ status: 409, body: { type: '/problems/approved' } })
  }
})

test('rejects a change or a deletion with 412 if If-Match has another version', async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  const path = `/timesheets/${body.id}`
  expect((await ann.request('PUT', path, hours, { 'if-match': '"1"' })).status).toBe(200)
  const stale = await ann.request('PUT', path, hours, { 'if-match': '"1"' })
  expect(stale).toMatchObject({ status: 412, body: { type: '/problems/stale-version', version: 2 } })
  expect((await ann.request('DELETE', path, undefined, { 'if-match': '"1"' })).status).toBe(412)
  expect((await ann.request('DELETE', path, undefined, { 'if-match': 'W/"2"' })).status).toBe(412)
  expect((await ann.request('DELETE', path, undefined, { 'if-match': '"7", "2"' })).status).toBe(204)
})

test('reads an entry only if its version satisfies If-Match and If-None-Match', async () => {
  const { body } = await ann.request('POST', '/timesheets', hours)
  const read = (headers: Record<string, string>) =>
    ann.request('GET', `/timesheets/${body.id}`, undefined, headers)
  expect(await read({ 'if-match': '"2", "1"' })).toMatchObject({ status: 200, body })
  const stale = await read({ 'if-match': '"2"' })
  expect(stale).toMatchObject({ status: 412, body: { type: '/problems/stale-version', version: 1 } })
  expect(stale.headers.get('etag')).toBe('"1"')

  const notModified = await read({ 'if-none-match': '"1"' })
  expect([notModified.status, notModified.text, notModified.headers.get('etag')]).toEqual([304, '', '"1"'])
  expect(await read({ 'if-none-match': '"2"' })).toMatchObject({ status: 200, body })
})

test('responds 404 to a text that is not an id', async () => {
  for (const id of ['0', '-1', '1.5', 'abc', '9999999999999999', '99999999999999999999', '%00', '1e3']) {
    expect((await maya.request('GET', `/timesheets/${id}`)).status).toBe(404)
    expect((await maya.request('PUT', `/approvals/${id}`)).status).toBe(404)
  }
})
