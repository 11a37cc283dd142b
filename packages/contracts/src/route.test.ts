import { describe, expect, test } from '@jest/globals'
import { matchRoute } from '../test/match-route.ts'
import { routes } from './route.ts'
import { scopes } from './scope.ts'

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
