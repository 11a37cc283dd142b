import { expect, test } from '@jest/globals'
import { recordLogs, startGateway, startStack, uploadPath } from './gateway-fixture.ts'
import { waitUntil } from './wait-until.ts'

const person = 'jo@exampleco.com'

async function startLogged() {
  const access = recordLogs()
  const main = recordLogs()
  const stack = await startStack(undefined, {}, {}, { logger: main.logger, accessLog: access.output })
  return { ...stack, access: access.lines, main: main.lines }
}

test('writes one line per request, with the hashed person and without token and path', async () => {
  const { upload, issuer, access, url } = await startLogged()
  const token = await issuer.token({ claims: { sub: person } })
  const response = await upload(token)
  await fetch(`${url}/people/${person}?x=${person}`)
  await waitUntil(() => access.length === 2)
  expect(access[0]).toMatchObject({
    client: 'sync',
    person: expect.stringMatching(/^[\w-]{16}$/),
    method: 'POST',
    operation: 'uploadTimesheets',
    decision: 'allowed',
    status: 200,
    complete: true,
    bytes: '{"ok":true}'.length,
    ms: expect.any(Number),
    serviceMs: expect.any(Number),
    requestId: response.headers['x-request-id'],
  })
  expect(access[1]).toMatchObject({ decision: 'method-not-allowed', status: 405 })
  expect(access[1]).not.toHaveProperty('operation')
  const text = JSON.stringify(access)
  for (const secret of [person, ...token.split('.')]) expect(text).not.toContain(secret)
})

test('names the same person by the same hash', async () => {
  const { upload, issuer, access } = await startLogged()
  for (const sub of [person, person, 'other']) await upload(await issuer.token({ claims: { sub } }))
  await waitUntil(() => access.length === 3)
  const [first, second, third] = access.map((line) => line.person)
  expect(second).toBe(first)
  expect(third).not.toBe(first)
})

test('writes no line where the access log is off', async () => {
  const { issuer, service } = await startStack()
  const main = recordLogs()
  const { url } = await startGateway({ issuer, serviceUrl: service.url }, {}, {}, { logger: main.logger })
  expect((await fetch(`${url}/none`)).status).toBe(404)
  expect(main.lines.filter(({ msg }) => msg === 'request')).toEqual([])
})

test('audits each refused token and scope, with its reason', async () => {
  const { upload, issuer, main, access, url } = await startLogged()
  await upload(await issuer.token({ expiresInSeconds: -100 }))
  await upload(await issuer.token({ claims: { scope: 'x', sub: person } }))
  await fetch(url + uploadPath, { method: 'POST' })
  const audits = main.filter(({ audit }) => audit !== undefined)
  expect(audits).toMatchObject([
    { audit: 'invalid-token', refusal: 'expired', operation: 'uploadTimesheets', level: 'warn' },
    { audit: 'insufficient-scope', client: 'sync', person: expect.stringMatching(/^[\w-]{16}$/) },
    { audit: 'missing-token', address: expect.stringContaining('127.0.0.1') },
  ])
  expect(JSON.stringify(audits)).not.toContain(person)
  await waitUntil(() => access.length === 3)
  expect(access.map(({ decision }) => decision)).toEqual([
    'invalid-token',
    'insufficient-scope',
    'missing-token',
  ])
})

test('writes at most ten audit lines a second, and counts the rest', async () => {
  const { main, url } = await startLogged()
  const started = performance.now()
  for (let i = 0; i < 50; i++) await fetch(url + uploadPath, { method: 'POST' })
  const seconds = Math.ceil((performance.now() - started) / 1000) + 1
  const audits = main.filter(({ audit }) => audit !== undefined)
  expect(audits.length).toBeLessThanOrEqual(10 * seconds)
})

test('an outage of the service writes about one error line a second', async () => {
  const main = recordLogs()
  const { issuer } = await startStack()
  const { url } = await startGateway(
    { issuer, serviceUrl: 'http://127.0.0.1:1' },
    {},
    {},
    { logger: main.logger },
  )
  const authorization = `Bearer ${await issuer.token()}`
  const started = performance.now()
  for (let i = 0; i < 50; i++) {
    expect((await fetch(url + uploadPath, { method: 'POST', headers: { authorization } })).status).toBe(502)
  }
  const seconds = Math.ceil((performance.now() - started) / 1000) + 1
  const errors = main.lines.filter(({ level }) => level === 'error')
  expect(errors.length).toBeGreaterThan(0)
  expect(errors.length).toBeLessThanOrEqual(seconds)
})

test('reports the first token of another issuer once, with both issuers', async () => {
  const { upload, issuer, main } = await startLogged()
  for (let i = 0; i < 3; i++) {
    const token = await issuer.token({ claims: { iss: 'https://other.eu.auth0.com/' } })
    expect((await upload(token)).status).toBe(401)
  }
  const lines = main.filter(({ received }) => received !== undefined)
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'warn',
      accepted: [issuer.issuer],
      received: 'https://other.eu.auth0.com/',
      msg: expect.stringContaining('correct AUTH0_DOMAIN or AUTH0_ISSUER'),
    }),
  ])
})
