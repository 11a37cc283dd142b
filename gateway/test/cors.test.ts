import { beforeAll, describe, expect, test } from '@jest/globals'
import { routes } from '@timesheets/contracts/route'
import { startStack } from './gateway-fixture.ts'

const app = 'https://app.exampleco.com'
const stranger = 'https://evil.test'
let gateway: Awaited<ReturnType<typeof startStack>>
let closed: typeof gateway

beforeAll(async () => {
  const answer: Parameters<typeof startStack>[0] = (_request, response) => {
    response
      .writeHead(200, {
        'content-type': 'application/json',
        vary: 'accept',
        'access-control-allow-origin': '*',
      })
      .end('[]')
  }
  gateway = await startStack(answer, { corsOrigins: [app, 'http://localhost:5173'] })
  closed = await startStack(answer)
})

const at = (path: string) => path.replaceAll(/\{\w+\}/g, '7')
const preflight = (path: string, method: string, origin: string | undefined = app, to = gateway) =>
  fetch(to.url + at(path), {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  })
const corsHeaders = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'))
const readVary = ({ headers }: Response) => headers.get('vary')?.split(/, */) ?? []

describe('preflight', () => {
  test.each(routes.map(({ method, path }) => [method, path]))(
    'of %s %s succeeds without a token',
    async (method, path) => {
      const answer = await preflight(path, method)
      expect([answer.status, await answer.text()]).toEqual([204, ''])
      expect(answer.headers.get('access-control-allow-origin')).toBe(app)
      expect(answer.headers.get('access-control-allow-methods')).toBe(method)
      const headers = answer.headers.get('access-control-allow-headers')!.toLowerCase().split(', ')
      expect(headers).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'if-match']),
      )
      // Not built yet: the service refuses it.
      expect(headers).not.toContain('sync-run')
      expect(readVary(answer)).toContain('origin')
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    },
  )

  test('of HEAD succeeds where GET exists', async () => {
    const answer = await preflight('/timesheets', 'HEAD')
    expect([answer.status, answer.headers.get('access-control-allow-methods')]).toEqual([204, 'HEAD'])
    expect((await preflight('/timesheets/upload', 'HEAD')).status).toBe(405)
  })

  test('of an unknown path gets 404, of another method 405', async () => {
    expect((await preflight('/none', 'GET')).status).toBe(404)
    for (const method of ['DELETE', 'OPTIONS', 'get', 'x y']) {
      const answer = await preflight('/timesheets/upload', method)
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
      expect(answer.headers.has('access-control-allow-methods')).toBe(false)
    }
  })

  test.each([
    stranger,
    'null',
    `${app}.evil.test`,
    app.toUpperCase(),
    `${app}/`,
    'http://app.exampleco.com',
    '*',
  ])('from %s gets 405', async (origin) => {
    const answer = await preflight('/timesheets', 'GET', origin)
    expect([answer.status, corsHeaders(answer)]).toEqual([405, []])
    expect(readVary(answer)).toContain('origin')
  })

  test('never reaches the service', async () => {
    const before = gateway.service.requests.length
    await preflight('/timesheets', 'GET')
    expect(gateway.service.requests).toHaveLength(before)
  })
})

test('responds 405 to OPTIONS that is not a preflight', async () => {
  for (const headers of [{}, { origin: app }, { 'access-control-request-method': 'GET' }]) {
    const answer = await fetch(`${gateway.url}/timesheets`, { method: 'OPTIONS', headers })
    expect(answer.status).toBe(405)
  }
})

describe('response', () => {
  const ask = async (headers: Record<string, string>, to = gateway, path = '/timesheets') =>
    fetch(to.url + path, {
      headers: {
        authorization: `Bearer ${await to.issuer.token({ claims: { scope: 'read:reports' } })}`,
        ...headers,
      },
    })

  test('is readable by a listed app, with the headers that it needs', async () => {
    const answer = await ask({ origin: app })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe(app)
    expect(answer.headers.get('access-control-expose-headers')!.split(', ')).toEqual([
      'Link',
      'Location',
      'ETag',
      'Retry-After',
      'Idempotent-Replayed',
    ])
    expect(readVary(answer)).toEqual(['origin', 'accept'])
  })

  test('is readable also where it is a problem, or of the gateway itself', async () => {
    for (const path of ['/timesheets', '/none', '/%zz', '/openapi.json']) {
      const answer = await ask({ origin: app, authorization: '' }, gateway, path)
      expect(answer.headers.get('access-control-allow-origin')).toBe(app)
      expect(readVary(answer)).toContain('origin')
    }
  })

  test('has no CORS headers for another origin or none, and varies by it', async () => {
    for (const headers of [{ origin: stranger }, { origin: 'null' }, {}]) {
      const answer = await ask(headers as Record<string, string>)
      expect([answer.status, corsHeaders(answer)]).toEqual([200, []])
      expect(readVary(answer)).toEqual(['origin', 'accept'])
    }
  })

  test('has no CORS headers where no origin is listed', async () => {
    const answer = await ask({ origin: app }, closed)
    expect([answer.status, corsHeaders(answer), readVary(answer)]).toEqual([200, [], ['accept']])
    expect((await preflight('/timesheets', 'GET', app, closed)).status).toBe(405)
  })
})
