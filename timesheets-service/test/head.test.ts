import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya } = users(() => service().app)

const send = (method: string, target: string, accept = '*/*') =>
  maya.request(method, target, undefined, { accept })

test('responds to HEAD as to GET, without the body (RFC 9110, section 9.3.2)', async () => {
  const { body } = await maya.request('POST', '/timesheets', {
    date: '2026-05-10',
    project: 'StoreZero',
    hours: 5,
  })
  for (const [target, status] of [
    ['/timesheets', 200],
    [`/timesheets/${body.id}`, 200],
    [`/timesheets/${body.id}/history`, 200],
    ['/approvals', 200],
    ['/reports/hours?group_by=user', 200],
    ['/people', 200],
    ['/timesheets?x=1', 400],
    ['/timesheets/0', 404],
    ['/timesheets/upload', 405],
  ] as const) {
    const [head, get] = [await send('HEAD', target), await send('GET', target)]
    expect([target, head.status, head.text]).toEqual([target, status, ''])
    for (const name of ['content-type', 'content-length', 'etag', 'link', 'vary'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)])
  }
})

test('responds to HEAD of an export without reading it, so the length is unknown', async () => {
  for (const accept of ['text/csv', 'application/x-ndjson']) {
    const head = await send('HEAD', '/timesheets', accept)
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toContain(accept)
    expect(head.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(head.headers.has('content-length')).toBe(false)
  }
})
