import { expect, test } from '@jest/globals'
import { matchRoute, type Route } from '@timesheets/contracts/route'

const row = (method: Route['method'], path: string): Route => ({
  method,
  path,
  scopes: ['batch:upload'],
  servedBy: 'timesheets-service',
  operationId: `${method} ${path}`,
  summary: '',
})

const table = [
  row('GET', '/timesheets/{id}'),
  row('DELETE', '/timesheets/{id}'),
  row('POST', '/timesheets/upload'),
  row('GET', '/timesheets/{id}/history'),
  row('GET', '/timesheets/upload/{part}'),
]

test('a path that a row spells out never reaches a row that only fits it', () => {
  expect(matchRoute('DELETE', '/timesheets/upload', table)).toEqual({ kind: 'other-method', allow: ['POST'] })
  expect(matchRoute('POST', '/timesheets/upload', table)).toMatchObject({ kind: 'route' })
  expect(matchRoute('GET', '/timesheets/upload/history', table)).toMatchObject({
    route: { path: '/timesheets/upload/{part}' },
    parameters: { part: 'history' },
  })
})

test('a parameter takes one segment, not none and not two', () => {
  expect(matchRoute('GET', '/timesheets/14', table)).toMatchObject({ parameters: { id: '14' } })
  expect(matchRoute('GET', '/timesheets/a%20b', table)).toMatchObject({ parameters: { id: 'a b' } })
  expect(matchRoute('PUT', '/timesheets/14', table)).toEqual({
    kind: 'other-method',
    allow: ['GET', 'HEAD', 'DELETE'],
  })
  for (const path of ['/timesheets/', '/timesheets', '/timesheets/14/', '/timesheets/14/15/16', '']) {
    expect(matchRoute('GET', path, table)).toEqual({ kind: 'unknown' })
  }
})
