import { describe, expect, test } from '@jest/globals'
import { matchRoute, type Route, routes } from './route.ts'
import { scopes } from './scope.ts'

const row = (method: Route['method'], path: string): Route => ({
  method,
  path,
  scopes: [],
  servedBy: 'timesheets-service',
  operationId: `${method} ${path}`,
  summary: '',
})

const table = [
  row('POST', '/timesheets/upload'),
  row('GET', '/timesheets'),
  row('POST', '/timesheets'),
  row('GET', '/timesheets/{id}'),
  row('DELETE', '/timesheets/{id}'),
  row('GET', '/timesheets/{id}/history'),
  row('PUT', '/{kind}/upload'),
  row('PUT', '/people/{user_id}'),
]

/** The operation and the parameters of a match; other results as they are. */
const match = (method: string, path: string) => {
  const result = matchRoute(method, path, table)
  return result.kind === 'route' ? [result.route.operationId, { ...result.parameters }] : result
}

describe('matchRoute', () => {
  test('finds the route of a method and a path, and its parameters', () => {
    expect(match('GET', '/timesheets')).toEqual(['GET /timesheets', {}])
    expect(match('GET', '/timesheets/14')).toEqual(['GET /timesheets/{id}', { id: '14' }])
    expect(match('GET', '/timesheets/14/history')).toEqual(['GET /timesheets/{id}/history', { id: '14' }])
    expect(match('POST', '/timesheets/upload')).toEqual(['POST /timesheets/upload', {}])
  })

  test('prefers a literal segment to a parameter, for every method', () => {
    expect(match('DELETE', '/timesheets/upload')).toEqual({ kind: 'other-method', allow: ['POST'] })
    expect(match('GET', '/timesheets/upload')).toEqual({ kind: 'other-method', allow: ['POST'] })
    expect(match('PUT', '/timesheets/upload')).toEqual({ kind: 'other-method', allow: ['POST'] })
    expect(match('PUT', '/other/upload')).toEqual(['PUT /{kind}/upload', { kind: 'other' }])
  })

  test('returns the methods of a known path for another method', () => {
    expect(match('PATCH', '/timesheets/14')).toEqual({
      kind: 'other-method',
      allow: ['GET', 'HEAD', 'DELETE'],
    })
    expect(match('get', '/timesheets')).toEqual({ kind: 'other-method', allow: ['GET', 'HEAD', 'POST'] })
  })

  test.each([
    '/',
    '',
    '/timesheets/',
    '/timesheets//history',
    '/Timesheets',
    '/timesheets/14/history/',
    '/timesheet',
    '/timesheets/14/15',
    '//timesheets',
  ])('does not know the path %j', (path) => {
    expect(match('GET', path)).toEqual({ kind: 'unknown' })
  })

  test('decodes a parameter', () => {
    expect(match('PUT', '/people/Zo%C3%AB%20B')).toEqual(['PUT /people/{user_id}', { user_id: 'Zoë B' }])
    expect(match('PUT', '/people/__proto__')).toEqual(['PUT /people/{user_id}', { user_id: '__proto__' }])
  })

  test('does not know a path with invalid percent-encoding', () => {
    for (const path of ['/people/%', '/people/%zz', '/people/%C3', '/people/%ED%A0%80']) {
      expect(match('PUT', path)).toEqual({ kind: 'unknown' })
    }
  })

  test('does not take properties that every object has for routes', () => {
    for (const path of ['/__proto__', '/constructor', '/toString']) {
      expect(matchRoute('GET', path)).toEqual({ kind: 'unknown' })
    }
  })
})

describe('the route table', () => {
  test('every row is found by its own method and path', () => {
    for (const { method, path, operationId } of routes) {
      expect(matchRoute(method, path)).toMatchObject({ kind: 'route', route: { operationId } })
    }
  })

  test('no two rows have the same operation, or the same method and path', () => {
    const shapes = routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`)
    expect(new Set(shapes).size).toBe(routes.length)
    expect(new Set(routes.map((route) => route.operationId)).size).toBe(routes.length)
  })

  test('every row has only known scopes', () => {
    for (const route of routes) for (const scope of route.scopes) expect(scopes).toHaveProperty([scope])
  })

  test('an upload needs batch:upload', () => {
    expect(matchRoute('POST', '/timesheets/upload')).toMatchObject({ route: { scopes: ['batch:upload'] } })
  })
})
