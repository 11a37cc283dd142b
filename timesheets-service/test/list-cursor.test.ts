import { expect, test } from '@jest/globals'
import { type Client, createUser, identitySecret, users } from './client.ts'
import { getNextTarget, upload } from './list-helpers.ts'
import { TestService, useService } from './service-fixture.ts'

const service = useService()
const { maya, ann } = users(() => service().app)

const refusal = {
  status: 400,
  body: { type: '/problems/invalid-parameter', parameter: 'cursor' },
}

async function cursorOf(caller: Client, target: string): Promise<string> {
  const next = getNextTarget(await caller.request('GET', target))
  return new URL(next!, 'http://localhost').searchParams.get('cursor')!
}

const items = Array.from({ length: 5 }, () => ({ user_id: 'ann@exampleco.com' }))

test('a cursor that was tampered with, anywhere, is refused', async () => {
  await upload(service(), items)
  const cursor = await cursorOf(ann, '/timesheets?limit=2')
  expect((await ann.request('GET', `/timesheets?limit=2&cursor=${cursor}`)).status).toBe(200)
  const tampered = Array.from(cursor, (letter, i) => {
    const other = letter === 'A' ? 'B' : 'A'
    return cursor.slice(0, i) + other + cursor.slice(i + 1)
  })
  const odd = [
    `${cursor}A`,
    cursor.slice(0, -1),
    cursor.slice(1),
    `${cursor}=`,
    'A',
    'null',
    '%F0%9F%98%80',
    `${cursor}%0A`,
  ]
  for (const wrong of [...tampered, ...odd]) {
    expect(await ann.request('GET', `/timesheets?cursor=${wrong}`)).toMatchObject(refusal)
  }
})

test('a cursor is good for its own list and filters, and for its own person', async () => {
  await upload(service(), items)
  const cursor = await cursorOf(maya, '/timesheets?limit=2&user_id=*')
  for (const query of [
    '',
    'user_id=ann@exampleco.com&',
    'user_id=*&project=StoreZero&',
    'user_id=*&from=2000-01-01&',
  ]) {
    expect(await maya.request('GET', `/timesheets?${query}cursor=${cursor}`)).toMatchObject(refusal)
  }
  expect(await maya.request('GET', `/approvals?cursor=${cursor}`)).toMatchObject(refusal)
  const asOf = `user_id=*&from=2026-01-01&to=2026-01-31&as_of=2026-01-01T00:00:00Z&cursor=${cursor}`
  expect(await maya.request('GET', `/timesheets?${asOf}`)).toMatchObject(refusal)
  expect((await maya.request('GET', `/timesheets?user_id=*&cursor=${cursor}`)).status).toBe(200)

  const own = await cursorOf(ann, '/timesheets?limit=2')
  const ben = createUser(() => service().app, 'ben@exampleco.com', 'read:timesheets')
  expect(await ben.request('GET', `/timesheets?cursor=${own}`)).toMatchObject(refusal)
})

test('a cursor holds while the secret is being replaced', async () => {
  await upload(service(), items)
  const cursor = await cursorOf(ann, '/timesheets?limit=2')
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
