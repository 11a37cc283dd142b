import { beforeAll, expect, test } from '@jest/globals'
import { startStack, uploadPath } from './gateway-fixture.ts'
import { exchange } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>
let token: string

beforeAll(async () => {
  gateway = await startStack()
  token = await gateway.issuer.token()
})

const lines = () =>
  `Host: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`

test.each([
  '/timesheets/./upload',
  '/timesheets/x/../upload',
  '/./timesheets/upload',
  '/timesheets/%2e/upload',
  '/timesheets/x/%2E%2e/upload',
  '/timesheets%2fupload',
  '/timesheets%5cupload',
  '/timesheets\\upload',
  '//timesheets/upload',
  '/timesheets//upload',
  '//evil.test/timesheets/upload',
  '/timesheets/upload%00',
  '/timesheets/upload%0d%0aX-Evil:%20mark',
  '/timesheets/upload%',
  '/timesheets/upload%zz',
  '/timesheets/upload%ff',
  '/timesheets/%75pload',
  '/%74imesheets/upload',
  '/timesheets/upload#x',
  '/timesheets/upload?x=%',
  '/timesheets/upload?x=\u00e9',
  '/timesheets/upl\u00f6ad',
  '/timesheets/upload?x=#y',
  'http://x//timesheets/upload',
  'http://x/timesheets/./upload',
  'http://x@y/timesheets/upload',
  'http://[',
  'http://[::1]:99999999/',
  'http://a:b:c/',
  'https://x:y@z/timesheets/upload',
  'javascript://x/',
  '*',
])('responds 400 to %j and forwards nothing', async (target) => {
  const response = await exchange(gateway.url, `POST ${target} HTTP/1.1\r\n${lines()}`)
  expect(response.status).toBe(400)
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(response.body)).toMatchObject({ status: 400 })
  expect(response.text).not.toContain('mark')
  expect(gateway.service.requests).toHaveLength(0)
})

test.each(['/timesheets/\u0000upload', '/timesheets/\u0001upload', '/time\tsheets', 'timesheets/upload'])(
  'responds 400 to %j, which is not HTTP',
  async (target) => {
    const response = await exchange(gateway.url, `POST ${target} HTTP/1.1\r\n${lines()}`)
    expect(response.status).toBe(400)
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(gateway.service.requests).toHaveLength(0)
  },
)

test('forwards the target unchanged', async () => {
  for (const search of [
    '',
    '?',
    '?dry_run=true',
    '?a=1&a=2&&=&',
    '?x=%2F..%2f%20+~\'();:@,$!*[]{}|^`<>"',
    '?a?b=?',
  ]) {
    const response = await exchange(gateway.url, `POST ${uploadPath}${search} HTTP/1.1\r\n${lines()}`)
    expect(response.status).toBe(200)
    expect(gateway.service.requests.at(-1)!.target).toBe(uploadPath + search)
  }
})

test('takes path and query of an absolute target and ignores its host (RFC 9112, section 3.2.2)', async () => {
  for (const base of ['http://api.exampleco.test', 'https://evil.test:8443', 'http://[::1]']) {
    const response = await exchange(
      gateway.url,
      `POST ${base}${uploadPath}?dry_run=true HTTP/1.1\r\n${lines()}`,
    )
    expect(response.status).toBe(200)
    const { target, headers } = gateway.service.requests.at(-1)!
    expect(target).toBe(`${uploadPath}?dry_run=true`)
    expect(headers.host).toBe(new URL(gateway.service.url).host)
  }
  const before = gateway.service.requests.length
  for (const [target, status] of [
    ['http://x/none', 404],
    ['http://x', 302], // the path is /, which leads to the documentation
    ['http://x/timesheets/7', 403],
  ] as const) {
    const response = await exchange(gateway.url, `GET ${target} HTTP/1.1\r\n${lines()}`)
    expect(response.status).toBe(status)
  }
  expect(gateway.service.requests).toHaveLength(before)
})

test.each(['CONNECT x:80', 'TRACE /timesheets/upload', 'OPTIONS *', 'PURGE /timesheets/upload'])(
  'does not forward "%s"',
  async (line) => {
    const before = gateway.service.requests.length
    const response = await exchange(gateway.url, `${line} HTTP/1.1\r\n${lines()}`)
    expect([400, 405, Number.NaN]).toContainEqual(response.status)
    expect(gateway.service.requests).toHaveLength(before)
  },
)
