import { expect, test } from '@jest/globals'
import { type Client, createUser, identitySecret, users } from './client.ts'
import { getNextTarget, uploadEntries } from './list-helpers.ts'
import { TestService, useService } from './service-fixture.ts'

const service = useService()
const { maya, ann } = users(() => service().app)

const invalidCursor = {
  status: 400,
  body: { type: '/problems/invalid-parameter', parameter: 'cursor' },
}

async function readCursor(caller: Client, target: string): Promise<string> {
  const next = getNextTarget(await caller.request('GET', target))
  return new URL(next!, 'http://localhost').searchParams.get('cursor')!
}

const items = Array.from({ length: 5 }, () => ({ user_id: 'ann@exampleco.com' }))

test('rejects a cursor with any changed character', async () => {
  await uploadEntries(service(), items)
  const cursor = await readCursor(ann, '/timesheets?limit=2')
  expect((await ann.request('GET', `/timesheets?limit=2&cursor=${cursor}`)).status).toBe(200)
  const tampered = Array.from(cursor, (character, i) => {
    const other = character === 'A' ? 'B' : 'A'
    return cursor.slice(0, i) + other + cursor.slice(i + 1)
  })
  const malformed = [
    `${cursor}A`,
    cursor.slice(0, -1),
    cursor.slice(1),
    `${cursor}=`,
    'A',
    'null',
    '%F0%9F%98%80',
    `${cursor}%0A`,
  ]
  for (const wrong of [...tampered, ...malformed]) {
    expect(await ann.request('GET', `/timesheets?cursor=${wrong}`)).toMatchObject(invalidCursor)
  }
})

test('rejects a cursor of another list, other filters or another person', async () => {
  await uploadEntries(service(), items)
  const cursor = await readCursor(maya, '/timesheets?limit=2&user_id=*')
  for (const query of [
    '',
    'user_id=ann@exampleco.com&',
    'user_id=*&project=StoreZero&',
    'user_id=*&from=2000-01-01&',
  ]) {
    expect(await maya.request('GET', `/timesheets?${query}cursor=${cursor}`)).toMatchObject(invalidCursor)
  }
  expect(await maya.request('GET', `/approvals?cursor=${cursor}`)).toMatchObject(invalidCursor)
  const asOf = `user_id=*&from=2026-01-01&to=2026-01-31&as_of=2026-01-01T00:00:00Z&cursor=${cursor}`
  expect(await maya.request('GET', `/timesheets?${asOf}`)).toMatchObject(invalidCursor)
  expect((await maya.request('GET', `/timesheets?user_id=*&cursor=${cursor}`)).status).toBe(200)

  const own = await readCursor(ann, '/timesheets?limit=2')
  const ben = createUser(() => service().app, 'ben@exampleco.com', 'read:timesheets')
  expect(await ben.request('GET', `/timesheets?cursor=${own}`)).toMatchObject(invalidCursor)
})

test('accepts a cursor after a rotation of the secret', async () => {
  await uploadEntries(service(), items)
  const cursor = await readCursor(ann, '/timesheets?limit=2')
  const rotated = await TestService.start({
    IDENTITY_SECRET: 'the next secret of the gateway and the service, for tests',
    IDENTITY_SECRET_PREVIOUS: identitySecret.reveal(),
  })
  try {
    const reader = createUser(() => rotated.app, 'ann@exampleco.com', 'read:timesheets')
    expect((await reader.request('GET', `/timesheets?cursor=${cursor}`)).status).toBe(200)
  } finally {
    await rotated.stop()
  }
})
