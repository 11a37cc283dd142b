import { beforeAll, expect, test } from '@jest/globals'
import { startStack, uploadPath } from './gateway-fixture.ts'
import { exchange, RawConnection, uploadHead } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>
let token: string

const realm =
  'realm="timesheets", resource_metadata="https://api.exampleco.test/.well-known/oauth-protected-resource"'

beforeAll(async () => {
  gateway = await startStack()
  token = await gateway.issuer.token()
})

async function refused(response: Response): Promise<void> {
  expect(response.status).toBe(400)
  expect(response.headers.get('www-authenticate')).toBe(`Bearer error="invalid_request", ${realm}`)
  expect(await response.json()).toMatchObject({ type: '/problems/invalid-request' })
  expect(gateway.service.requests).toHaveLength(0)
}

test('rejects a token in the query with 400, also beside one in the header', async () => {
  for (const query of [`access_token=${token}`, 'x=1&access_token=', `access%5Ftoken=${token}`]) {
    const target = `${gateway.url}${uploadPath}?${query}`
    await refused(await fetch(target, { method: 'POST' }))
    await refused(await fetch(target, { method: 'POST', headers: { authorization: `Bearer ${token}` } }))
  }
})

test('rejects a token in a form with 400', async () => {
  const body = new URLSearchParams({ a: '1', access_token: token })
  await refused(await fetch(gateway.url + uploadPath, { method: 'POST', body }))
})

test('responds 401 with the bare challenge to a form without a token', async () => {
  const response = await fetch(gateway.url + uploadPath, {
    method: 'POST',
    body: new URLSearchParams({ a: '1' }),
  })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe(`Bearer ${realm}`)
})

test('responds to a long form before its end', async () => {
  const connection = new RawConnection(gateway.url)
  const type = 'Content-Type: application/x-www-form-urlencoded'
  await connection.send(
    `POST ${uploadPath} HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: 10000000\r\n\r\n`,
  )
  await connection.send(`a=${'x'.repeat(200_000)}`)
  expect(await connection.waitFor(/\r\n\r\n\{.*\}$/s)).toMatch(/^HTTP\/1.1 401 /)
  connection.reset()
})

test('responds to a form that does not end', async () => {
  for (const [form, status] of [
    ['a=1', 401],
    [`access_token=${token}&a=`, 400],
  ] as const) {
    const connection = new RawConnection(gateway.url)
    const type = 'Content-Type: application/x-www-form-urlencoded'
    await connection.send(
      `POST ${uploadPath} HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: 10000\r\n\r\n${form}`,
    )
    expect(await connection.waitFor(/\r\n\r\n\{.*\}$/s)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    connection.reset()
  }
})

test('rejects two Authorization headers with 400, whichever is valid', async () => {
  for (const other of ['Bearer x', 'Basic eDp5', `Bearer ${token}`]) {
    for (const lines of [
      [`Authorization: ${other}`, 'Content-Length: 0', 'Connection: close'],
      ['Content-Length: 0', `aUTHORIZATION: ${other}`, 'Connection: close'],
    ]) {
      const response = await exchange(gateway.url, uploadHead(token, lines))
      expect(response.status).toBe(400)
      expect(response.headers['www-authenticate']).toBe(`Bearer error="invalid_request", ${realm}`)
    }
  }
  expect(gateway.service.requests).toHaveLength(0)
})

test('responds 431 where so many headers precede a second Authorization header that it is not read', async () => {
  const filler = Array.from({ length: 2000 }, () => 'a:')
  const lines = [...filler, 'Authorization: Bearer x', 'Content-Length: 0', 'Connection: close']
  expect((await exchange(gateway.url, uploadHead(token, lines))).status).toBe(431)
})

test('responds 401 with the bare challenge to no token, or to another scheme', async () => {
  for (const authorization of [undefined, 'Basic eDp5', `DPoP ${token}`, `Bearers ${token}`, token, '']) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const response = await fetch(gateway.url + uploadPath, { method: 'POST', headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(`Bearer ${realm}`)
    expect(await response.json()).toMatchObject({ type: '/problems/missing-token' })
  }
})

test('names the sufficient scopes in the challenge for a missing scope', async () => {
  const response = await gateway.upload(await gateway.issuer.token({ claims: { scope: 'x' } }))
  expect(response.headers['www-authenticate']).toBe(
    `Bearer error="insufficient_scope", scope="batch:upload", ${realm}`,
  )
})
