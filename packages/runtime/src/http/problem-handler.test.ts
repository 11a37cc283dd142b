import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ProblemError } from '@timesheets/contracts/problem'
import type { RequestHandler } from 'express'
import request from 'supertest'
import { createLogger } from '../logger.ts'
import { createExpressApp } from './express-app.ts'
import { listen } from './listen.ts'
import { problemHandler } from './problem-handler.ts'
import { assignRequestId } from './request-id.ts'

const lines: string[] = []
const logger = createLogger('test', 'debug', { write: (line) => void lines.push(line) })

beforeEach(() => {
  lines.length = 0
})

const createApp = (handler: RequestHandler) =>
  createExpressApp().use(assignRequestId).use(handler).use(problemHandler(logger))

const throwing = (error: unknown) =>
  createApp((_request, _response, next) => {
    // express takes a missing error for success.
    next(error ?? new Error())
  })

test('sends a problem with its status, members, headers and the id of the request', async () => {
  const problem = new ProblemError('too-large', 'Too many', {
    members: { max_bytes: 5 },
    headers: { 'retry-after': '1' },
  })
  const response = await request(throwing(problem)).get('/')
  expect(response.status).toBe(413)
  expect(response.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '1',
  })
  expect(response.body).toEqual({
    type: '/problems/too-large',
    title: 'The request is too large',
    status: 413,
    detail: 'Too many',
    instance: response.headers['x-request-id'],
    max_bytes: 5,
  })
  expect(lines).toEqual([])
})

test.each([
  ['an error', new Error('select secret from table')],
  ['an error with a status', Object.assign(new Error('select secret'), { status: 400, expose: true })],
  ['a value that is not an error', 'select secret'],
])('logs %s and sends only the id of the request', async (_name, error) => {
  const response = await request(throwing(error)).get('/')
  expect(response.status).toBe(500)
  expect(response.text).not.toContain('secret')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    requestId: response.headers['x-request-id'],
    problem: 'internal-error',
  })
  expect(lines[0]).toContain('secret')
})

test('logs the cause of a problem and does not send it', async () => {
  const problem = new ProblemError('not-ready', 'Later', { cause: new Error('connect ECONNREFUSED') })
  const response = await request(throwing(problem)).get('/')
  expect(response.text).not.toContain('ECONNREFUSED')
  expect(lines.join('')).toContain('ECONNREFUSED')
})

test('drops headers that describe the body of the failed response', async () => {
  const app = createApp((_request, response, next) => {
    response.setHeader('etag', '"1"').setHeader('content-disposition', 'attachment')
    next(new ProblemError('not-found', 'x'))
  })
  const { headers } = await request(app).get('/')
  expect(headers).not.toHaveProperty('etag')
  expect(headers).not.toHaveProperty('content-disposition')
})

test('closes the connection if a part of the response is already sent', async () => {
  const app = createApp((_request, response, next) => {
    response.writeHead(200)
    response.write('half', () => next(new Error('x')))
  })
  await expect(request(app).get('/')).rejects.toThrow(/aborted|hang up/)
})

const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

test('ignores a client that has left', async () => {
  const errors: unknown[] = []
  const handled = Promise.withResolvers<void>()
  const app = createApp((_request, response, next) => {
    response.once('error', (error) => errors.push(error))
    response.once('close', async () => {
      next(new Error('x'))
      await new Promise((resolve) => setImmediate(resolve))
      handled.resolve()
    })
    client.destroy()
  })
  const server = createServer(app)
  servers.push(server)
  const client = httpRequest(await listen(server, 0, '127.0.0.1'))
  client.on('error', () => undefined)
  client.end()
  await once(server, 'request')
  await handled.promise
  expect(errors).toEqual([])
})
