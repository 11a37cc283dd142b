import { createServer, type ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { listen, startGateway, startStack } from './gateway-fixture.ts'
import { RawConnection, uploadHead } from './raw-connection.ts'

const outages = [
  ['responds 500', { status: 500, times: 1000 }],
  ['responds 429', { status: 429, times: 1000 }],
  ['breaks the connection', { reset: true, times: 1000 }],
  ['is too slow', { delayMs: 60_000, times: 1000 }],
] as const

test.each(outages)(
  'responds 503 and never 401 to an unknown key of an issuer that %s, and recovers',
  async (_name, fault) => {
    const gateway = await startStack(
      undefined,
      { jwksMaxAgeMs: 0 },
      { jwks: { cooldownMs: 1, timeoutMs: 1000 } },
    )
    const { issuer, upload, adminUrl } = gateway
    await issuer.control('faults', { jwks: fault })
    const old = await issuer.token()

    const unavailable = await upload(old)
    expect(unavailable.status).toBe(503)
    expect(unavailable.headers['retry-after']).toBe('5')
    expect(unavailable.headers['www-authenticate']).toBeUndefined()
    expect(unavailable.body).toMatchObject({ type: '/problems/keys-unavailable' })
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503)

    await issuer.control('faults', { jwks: null })
    expect((await upload(old)).status).toBe(200)
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200)

    // Keys that are known go on serving, past their age, while a new one cannot be had.
    await issuer.control('faults', { jwks: fault })
    await issuer.control('keys/rotate')
    await issuer.control('keys/rotate')
    const fresh = await issuer.token()
    expect((await upload(fresh)).status).toBe(503)
    expect((await upload(old)).status).toBe(200)
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200)

    // A request that waited for keys during the outage gets 503, and never 401.
    await issuer.control('faults', { jwks: null })
    let recovered = await upload(fresh)
    while (recovered.status === 503) recovered = await upload(fresh)
    expect(recovered.status).toBe(200)
    expect((await upload(old)).status).toBe(200)
  },
)

test('responds 503 if the issuer is not there', async () => {
  const { issuer, service } = await startStack()
  const token = await issuer.token()
  await issuer.close()
  const { url } = await startGateway({ issuer, serviceUrl: service.url })
  const answer = await fetch(`${url}/timesheets/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  expect(answer.status).toBe(503)
  expect(service.requests).toHaveLength(0)
})

test('a client that leaves while keys are loaded ends only its own request', async () => {
  const { issuer, service } = await startStack()
  let connections = 0
  service.server.on('connection', () => connections++)
  const keySet = await (await fetch(issuer.jwksUri)).text()
  for (const [status, body] of [
    [200, keySet],
    [500, ''],
  ] as const) {
    const asked = Promise.withResolvers<ServerResponse>()
    const slow = await listen(createServer((_request, response) => asked.resolve(response)))
    const { url } = await startGateway({
      issuer: { issuer: issuer.issuer, jwksUri: slow },
      serviceUrl: service.url,
    })
    const connection = new RawConnection(url)
    await connection.send(`${uploadHead(await issuer.token(), ['Content-Length: 100'])}half`)
    const answerOfIssuer = await asked.promise
    connection.reset()
    // By the time that others were served, the gateway knows that the client has left.
    for (let i = 0; i < 5; i++) await fetch(`${url}/none`)
    answerOfIssuer.writeHead(status).end(body)
    for (let i = 0; i < 5; i++) expect((await fetch(`${url}/none`)).status).toBe(404)
  }
  // Not even a connection, which nothing would end.
  expect(connections).toBe(0)
})
