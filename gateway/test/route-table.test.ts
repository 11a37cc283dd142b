import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Route, routes } from '@timesheets/contracts/route'
import { matchRoute } from '@timesheets/contracts/test/match-route'
import { UsedIdentities, verifyIdentity } from '@timesheets/runtime/identity'
import { identitySecret, startStack } from './gateway-fixture.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack()
})

const call = (method: string, path: string, token?: string) =>
  fetch(gateway.url + path.replace('{file}', 'start.js').replaceAll(/\{\w+\}/g, '7'), {
    method,
    redirect: 'manual',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })

const guarded = routes.filter((route) => route.scopes.length > 0)
const open = routes.filter((route: Route) => route.scopes.length === 0)
const names = (rows: readonly Route[]) => rows.map((row) => [`${row.method} ${row.path}`, row] as const)

describe.each(names(guarded))('%s', (_name, route) => {
  test('requires a token', async () => {
    expect((await call(route.method, route.path)).status).toBe(401)
  })

  test('refuses a token without scope, or with another', async () => {
    for (const scope of [null, 'openid', `${route.scopes[0]}s`, `${route.scopes[0]},x`]) {
      const token = await gateway.issuer.token({ claims: { scope } })
      const answer = await call(route.method, route.path, token)
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({
        type: '/problems/insufficient-scope',
        scopes: route.scopes,
      })
    }
  })

  test.each(route.scopes)('lets in a token with %s', async (scope) => {
    const token = await gateway.issuer.token({ claims: { scope } })
    expect((await call(route.method, route.path, token)).status).toBe(200)
    expect(gateway.service.requests.at(-1)).toMatchObject({ method: route.method })
  })
})

describe.each(names(open))('%s', (_name, route) => {
  test('needs no token, and ignores one', async () => {
    const token = await gateway.issuer.token({ expiresInSeconds: -100 })
    for (const answer of [
      await call(route.method, route.path),
      await call(route.method, route.path, token),
    ]) {
      expect(answer.status).toBe(route.path === '/' ? 302 : 200)
      await answer.arrayBuffer()
    }
  })
})

test.each(names(routes))(
  'responds 405 with Allow to other methods of the path of %s',
  async (_name, route) => {
    const { allow } = matchRoute('NONE', route.path) as { kind: 'other-method'; allow: string[] }
    const token = await gateway.issuer.token()
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (allow.includes(method)) continue
      for (const answer of [await call(method, route.path), await call(method, route.path, token)]) {
        expect(answer.status).toBe(405)
        expect(answer.headers.get('allow')?.split(', ')).toEqual(allow)
      }
    }
  },
)

describe.each(names(routes.filter(({ method }) => method === 'GET')))('HEAD for %s', (_name, route) => {
  test('has the same checks and headers', async () => {
    const path = route.path
    if (route.scopes.length > 0) {
      expect((await call('HEAD', path)).status).toBe(401)
      const weak = await gateway.issuer.token({ claims: { scope: 'openid' } })
      expect((await call('HEAD', path, weak)).status).toBe(403)
    }
    const token = await gateway.issuer.token({ claims: { scope: route.scopes[0] ?? 'openid' } })
    const [head, get] = [await call('HEAD', path, token), await call('GET', path, token)]
    expect([head.status, await head.text()]).toEqual([get.status, ''])
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
    await get.arrayBuffer()
    if (route.servedBy === 'gateway') return
    const [forwarded] = gateway.service.requests.slice(-2)
    expect(forwarded!.method).toBe('HEAD')
    const { headers, target } = forwarded!
    const bound = { method: 'HEAD', target, requestId: String(headers['x-request-id']), headers }
    verifyIdentity(String(headers['x-timesheets-identity']), bound, [identitySecret], new UsedIdentities())
  })
})

test('responds 404 to an unknown path, with or without a token, and forwards nothing', async () => {
  const token = await gateway.issuer.token()
  const before = gateway.service.requests.length
  const strange = ['/timesheets/', '/timesheets/upload/', '/timesheets/upload/x/y', '/TIMESHEETS/UPLOAD']
  for (const path of [...strange, '/timesheetsx', '/metrics', '/readyz', '/__proto__', '/constructor']) {
    for (const answer of [await call('POST', path), await call('POST', path, token)]) {
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await answer.json()).toMatchObject({ type: '/problems/not-found', status: 404 })
    }
  }
  expect(gateway.service.requests).toHaveLength(before)
})

test('assigns an id to each response, which a problem names', async () => {
  const answer = await fetch(`${gateway.url}/none`, { headers: { 'x-request-id': 'of-a-stranger' } })
  const id = answer.headers.get('x-request-id')
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(await answer.json()).toMatchObject({ instance: id })
})

test('the metadata name the issuer and every scope of the table (RFC 9728)', async () => {
  expect(await (await call('GET', '/.well-known/oauth-protected-resource')).json()).toEqual({
    resource: 'https://api.exampleco.test',
    authorization_servers: [gateway.issuer.issuer],
    scopes_supported: [...new Set(routes.flatMap((route: Route) => route.scopes))],
    bearer_methods_supported: ['header'],
    resource_name: 'Timesheets API',
  })
})
