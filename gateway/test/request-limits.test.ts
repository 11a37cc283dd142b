import { createServer, type ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { listen, startGateway, startStack } from './gateway-fixture.ts'
import { RawConnection, uploadHead } from './raw-connection.ts'
import { waitUntil } from './wait-until.ts'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A stack with a service that holds its responses until the test releases them. */
async function startHolding() {
  const held: ServerResponse[] = []
  const stack = await startStack((request, response) => {
    request.resume().once('end', () => held.push(response))
  })
  const release = () => {
    for (const response of held.splice(0)) response.writeHead(200).end('{}')
  }
  return { ...stack, held, release }
}

test('runs one request of a connection at a time, in order', async () => {
  const { url, issuer, held, release, service } = await startHolding()
  const token = await issuer.token()
  const connection = new RawConnection(url)
  const pipelined = `${uploadHead(token, ['Content-Length: 2'])}{}`
  await connection.send(pipelined.repeat(5))
  for (let i = 1; i <= 5; i++) {
    await waitUntil(() => held.length === 1)
    expect(service.requests).toHaveLength(i)
    release()
    await connection.waitForCount(i, 'HTTP/1.1 200')
  }
})

test('does not read a connection while its requests are held', async () => {
  const { url, issuer, held, release } = await startHolding()
  const token = await issuer.token()
  const connection = new RawConnection(url)
  await connection.send(`${uploadHead(token, ['Content-Length: 2'])}{}`)
  await waitUntil(() => held.length === 1)
  const many = 'GET /none HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000)
  let isRead = true
  // 20 MB: more than both sockets buffer.
  const sending = (async () => {
    for (let i = 0; i < 700; i++) await connection.send(many)
    isRead = false
  })()
  // Another client is served meanwhile.
  for (let i = 0; i < 20; i++) expect((await fetch(`${url}/none`)).status).toBe(404)
  expect(isRead).toBe(true)
  expect(connection.text).toBe('')
  release()
  await connection.waitForCount(100, 'HTTP/1.1 404')
  connection.reset()
  await sending
})

test('a connection that pipelines 10,000 requests with unknown keys leaves others served', async () => {
  const issuerRequests: ServerResponse[] = []
  const silent = await listen(createServer((_request, response) => issuerRequests.push(response)))
  const { issuer, service } = await startStack()
  const { url } = await startGateway({
    issuer: { issuer: issuer.issuer, jwksUri: silent },
    serviceUrl: service.url,
  })
  const claims = { iss: issuer.issuer, aud: 'https://api.exampleco.com/timesheets', exp: 9_999_999_999 }
  const token = `${encode({ alg: 'RS256', kid: 'made-up' })}.${encode(claims)}.x`
  const connection = new RawConnection(url)
  const head = `POST /timesheets/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const sending = connection.send(head.repeat(10_000))
  await waitUntil(() => issuerRequests.length === 1)
  for (let i = 0; i < 20; i++) expect((await fetch(`${url}/none`)).status).toBe(404)
  connection.reset()
  await sending
  expect((await fetch(`${url}/none`)).status).toBe(404)
})

test('serves at most 64 requests of a caller at once; others are served meanwhile', async () => {
  const { upload, issuer, held, release } = await startHolding()
  const [busy, other] = [await issuer.token(), await issuer.token({ claims: { sub: 'other' } })]
  const running = Array.from({ length: 64 }, () => upload(busy))
  await waitUntil(() => held.length === 64)
  const rejected = await upload(busy)
  expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await rejected.json()).toMatchObject({ type: '/problems/not-ready' })
  const meanwhile = upload(other)
  await waitUntil(() => held.length === 65)
  release()
  expect((await meanwhile).status).toBe(200)
  for (const response of await Promise.all(running)) expect(response.status).toBe(200)
  const after = upload(busy)
  await waitUntil(() => held.length === 1)
  release()
  expect((await after).status).toBe(200)
})

test('a token for another API is refused without waiting for the issuer', async () => {
  const silent = await listen(createServer(() => undefined))
  const { issuer, service } = await startStack()
  const { url } = await startGateway({
    issuer: { issuer: issuer.issuer, jwksUri: silent },
    serviceUrl: service.url,
  })
  for (const claims of [{ aud: 'other' }, { iss: 'other' }, { exp: 1 }, { exp: null }]) {
    const response = await fetch(`${url}/timesheets/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await issuer.token({ claims })}` },
    })
    expect(response.status).toBe(401)
  }
})

test('100 Continue is sent only to a request that was authorized', async () => {
  const { url, issuer } = await startStack()
  const lines = ['Content-Length: 2', 'Expect: 100-continue', 'Connection: close']
  for (const [token, isAsked] of [
    [await issuer.token(), true],
    ['none', false],
    [await issuer.token({ claims: { scope: 'x' } }), false],
    [await issuer.token({ expiresInSeconds: -100 }), false],
  ] as const) {
    const connection = new RawConnection(url)
    await connection.send(uploadHead(token, lines))
    const text = await connection.waitFor(/\r\n\r\n/)
    expect(text.startsWith('HTTP/1.1 100 Continue\r\n')).toBe(isAsked)
    if (isAsked) await connection.send('{}')
    expect(await connection.readToEnd()).toContain(isAsked ? 'HTTP/1.1 200' : 'HTTP/1.1 40')
  }
})
