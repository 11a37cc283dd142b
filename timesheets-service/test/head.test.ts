import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { identitySecret, users } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya } = users(() => service().app)

/** An response as it comes, of whatever it is the head. */
async function ask(method: string, target: string, accept = '*/*') {
  const requestId = randomUUID()
  const identity = {
    client: 'web',
    person: 'maya@exampleco.com',
    scopes: ['read:timesheets', 'read:reports'],
  }
  const signed = await signIdentity(identity, { method, target, requestId }, identitySecret)
  const headers = { [requestIdHeader]: requestId, [identityHeader]: signed, accept }
  const response = await fetch(service().url + target, { method, headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('HEAD responses as GET does, without the body (RFC 9110, section 9.3.2)', async () => {
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
    ['/timesheets/upload', 404],
  ] as const) {
    const [head, get] = [await ask('HEAD', target), await ask('GET', target)]
    expect([target, head.status, head.text]).toEqual([target, status, ''])
    for (const name of ['content-type', 'content-length', 'etag', 'link', 'vary'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)])
  }
})

test('HEAD of an export is its head alone: nothing is exported, so it has no length', async () => {
  for (const accept of ['text/csv', 'application/x-ndjson']) {
    const head = await ask('HEAD', '/timesheets', accept)
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toContain(accept)
    expect(head.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(head.headers.has('content-length')).toBe(false)
  }
})
