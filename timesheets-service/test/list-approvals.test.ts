import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { readList, uploadEntries } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya, max } = users(() => service().app)

const toIds = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)

test('lists unapproved entries, and approved ones with a pending correction', async () => {
  const item = (externalId: string, fields: object = {}) => ({
    user_id: 'ann',
    date: '2026-05-10',
    external_id: externalId,
    ...fields,
  })
  const [open, approved, corrected, discarded, deleted] = await uploadEntries(
    service(),
    ['open', 'approved', 'corrected', 'discarded', 'deleted'].map((name) => item(name)),
  )
  const [other] = await uploadEntries(service(), [{ user_id: 'ben', date: '2026-05-11', project: 'Café' }])
  for (const id of [approved, corrected, discarded]) await maya.request('PUT', `/approvals/${id}`)
  await uploadEntries(service(), [
    item('corrected', { hours: 7.75, notes: 'late' }),
    item('discarded', { deleted: true }),
    item('deleted', { deleted: true }),
  ])
  const waiting = await readList(max, '/approvals?limit=1')
  expect(toIds(waiting)).toEqual([other, discarded, corrected, open])
  expect(waiting[1]).toMatchObject({ approved: true, correction: { deleted: true } })
  for (const entry of waiting) {
    expect(entry).toEqual((await max.request('GET', `/timesheets/${entry.id}`)).body)
  }
  await max.request('DELETE', `/approvals/${discarded}/correction`)
  expect(toIds(await readList(max, '/approvals?user_id=*'))).toEqual([other, corrected, open])
  expect(toIds(await readList(max, '/approvals?user_id=ann&limit=1'))).toEqual([corrected, open])
  expect(toIds(await readList(max, `/approvals?project=${encodeURIComponent('Café')}`))).toEqual([other])
  expect(toIds(await readList(max, '/approvals?from=2026-05-11&source=harvest'))).toEqual([other])
  expect(toIds(await readList(max, '/timesheets?user_id=*&approved=false'))).toEqual([other, open])
  expect(deleted).toBeGreaterThan(0)
})

test.each(['limit=0', 'limit=501', 'approved=false', 'as_of=2026-01-01T00:00:00Z', 'user_id=a&user_id=b'])(
  'rejects the query ?%s with 400',
  async (query) => {
    const rejected = await max.request('GET', `/approvals?${query}`)
    expect(rejected).toMatchObject({ status: 400, body: { type: '/problems/invalid-parameter' } })
  },
)
