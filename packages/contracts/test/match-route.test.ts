import { describe, expect, test } from '@jest/globals'
import type { Route } from '../src/route.ts'
import { matchRoute } from './match-route.ts'

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

const found = (method: string, path: string) => {
  const match = matchRoute(method, path, table)
  return match.kind === 'route' ? [match.route.operationId, { ...match.parameters }] : match
}

describe('matchRoute', () => {
  test('finds the row of a method and a path, and its parameters', () => {
    expect(found('GET', '/timesheets')).toEqual(['GET /timesheets', {}])
    expect(found('GET', '/timesheets/14')).toEqual(['GET /timesheets/{id}', { id: '14' }])
    expect(found('GET', '/timesheets/14/history')).toEqual(['GET /timesheets/{id}/history', { id: '14' }])
    expect(found('POST', '/timesheets/upload')).toEqual(['POST /timesheets/upload', {}])
  })

  test('a literal segment beats a parameter, whatever the method', () => {
    expect(found('DELETE', '/timesheets/upload')).toEqual({ kind: 'other-method', allow: ['POST'] })
    expect(found('GET', '/timesheets/upload')).toEqual({ kind: 'other-method', allow: ['POST'] })
    expect(found('PUT', '/timesheets/upload')).toEqual({ kind: 'other-method', allow: ['POST'] })
    expect(found('PUT', '/other/upload')).toEqual(['PUT /{kind}/upload', { kind: 'other' }])
  })

  test('a known path with another method tells which it knows', () => {
    expect(found('PATCH', '/timesheets/14')).toEqual({
      kind: 'other-method',
      allow: ['GET', 'HEAD', 'DELETE'],
    })
    expect(found('get', '/timesheets')).toEqual({ kind: 'other-method', allow: ['GET', 'HEAD', 'POST'] })
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
  ])('%j is unknown', (path) => {
    expect(found('GET', path)).toEqual({ kind: 'unknown' })
  })

  test('a parameter is decoded', () => {
    expect(found('PUT', '/people/Zo%C3%AB%20B')).toEqual(['PUT /people/{user_id}', { user_id: 'Zoë B' }])
    expect(found('PUT', '/people/__proto__')).toEqual(['PUT /people/{user_id}', { user_id: '__proto__' }])
  })

  test('a path with bad percent-encoding leads nowhere', () => {
    for (const path of ['/people/%', '/people/%zz', '/people/%C3', '/people/%ED%A0%80']) {
      expect(found('PUT', path)).toEqual({ kind: 'unknown' })
    }
  })

  test('names that every object has are no routes', () => {
    for (const path of ['/__proto__', '/constructor', '/toString']) {
      expect(matchRoute('GET', path)).toEqual({ kind: 'unknown' })
    }
  })
})
