import { expect, test } from '@jest/globals'
import type { Route } from '@timesheets/contracts/route'
import { Router } from 'express'
import request from 'supertest'
import { createLogger } from '../logger.ts'
import { createExpressApp } from './express-app.ts'
import { mountRoutes, notFound } from './mount-routes.ts'
import { problemHandler } from './problem-handler.ts'

const row = (method: Route['method'], path: string): Route => ({
  method,
  path,
  scopes: [],
  servedBy: 'gateway',
  operationId: `${method} ${path}`,
  summary: '',
})

/** Parameters before literals, so that the order of mounting decides nothing. */
const table = [
  row('GET', '/entries/{id}'),
  row('DELETE', '/entries/{id}'),
  row('GET', '/entries/{id}/history'),
  row('POST', '/entries/upload'),
  row('GET', '/.well-known/metadata'),
]

function createApp() {
  const router = Router({ caseSensitive: true, strict: true })
  mountRoutes(router, table, {
    handlersFor: () => [(request, response) => void response.send({ ...response.locals, ...request.params })],
    onOptions: (routes) => (_request, response, next) => {
      if (routes[0]?.path === '/entries/upload') response.sendStatus(204)
      else next()
    },
  })
  return createExpressApp()
    .use(router)
    .use(notFound)
    .use(problemHandler(createLogger('test', 'silent')))
}

const app = createApp()

test.each([
  ['GET', '/entries/14', { operation: 'GET /entries/{id}', id: '14' }],
  ['DELETE', '/entries/a%20b', { operation: 'DELETE /entries/{id}', id: 'a b' }],
  ['GET', '/entries/upload/history', { operation: 'GET /entries/{id}/history', id: 'upload' }],
  ['POST', '/entries/upload', { operation: 'POST /entries/upload' }],
  ['GET', '/.well-known/metadata', { operation: 'GET /.well-known/metadata' }],
] as const)('%s %s reaches its route', async (method, path, expected) => {
  const response = await request(app)[method.toLowerCase() as 'get'](path)
  expect(response.body).toEqual(expected)
})

test.each([
  ['GET', '/entries/upload', 'POST'],
  ['DELETE', '/entries/upload', 'POST'],
  ['PUT', '/entries/14', 'GET, HEAD, DELETE'],
  ['TRACE', '/entries/14', 'GET, HEAD, DELETE'],
  ['OPTIONS', '/entries/14', 'GET, HEAD, DELETE'],
])('%s %s gets 405 and Allow: %s', async (method, path, allow) => {
  const response = await request(app)[method.toLowerCase() as 'get'](path)
  expect([response.status, response.headers.allow, response.body.allow]).toEqual([
    405,
    allow,
    allow.split(', '),
  ])
})

test('responds to HEAD as to GET, without the body', async () => {
  const response = await request(app).head('/entries/14')
  expect([response.status, response.text]).toEqual([200, undefined])
})

test('passes OPTIONS to its own handler first', async () => {
  expect((await request(app).options('/entries/upload')).status).toBe(204)
})

test.each([
  '/',
  '/entries',
  '/Entries/14',
  '/entries/14/',
  '/entries/',
  '/entries/14/other',
  '/%65ntries/14',
])('%s gets 404', async (path) => {
  expect((await request(app).get(path)).status).toBe(404)
})
