import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import { problemHandler } from '@timesheets/runtime/http/problem-handler'
import { createLogger } from '@timesheets/runtime/logger'
import type { Response } from 'express'
import { ResponseBudget, reserveResponse } from './response-budget.ts'

let server: Server
/** Responses whose handler runs, by person. */
let running: { person: string; response: Response }[]

beforeEach(async () => {
  running = []
  const budget = new ResponseBudget({ maxBytes: 5, maxBytesPerOwner: 3, maxWaiting: 3, waitMs: 300 })
  const app = createExpressApp()
    .use((request, response, next) => {
      const person = String(request.headers['x-person'])
      response.locals.identity = { client: 'web', person, subject: person, scopes: [] }
      next()
    })
    .use(reserveResponse(budget, 1))
    .use((request, response) => {
      running.push({ person: String(request.headers['x-person']), response })
    })
    .use(problemHandler(createLogger('test', 'silent')))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.close()
  server.closeAllConnections()
})

function get(person: string) {
  const { port } = server.address() as AddressInfo
  const sending = httpRequest({ port, headers: { 'x-person': person }, agent: false }).end()
  sending.on('error', () => undefined)
  const response = new Promise<IncomingMessage>((resolve) => sending.once('response', resolve))
  return { response, leave: () => sending.destroy() }
}

async function waitForRunning(count: number): Promise<void> {
  while (running.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('serves another person while one person fills their own share', async () => {
  for (let i = 0; i < 4; i++) get('ann')
  await waitForRunning(3)
  get('ben')
  await waitForRunning(4)
  expect(running.map(({ person }) => person)).toEqual(['ann', 'ann', 'ann', 'ben'])
})

test('lets a response wait, and starts it when another one has ended', async () => {
  for (let i = 0; i < 4; i++) get('ann')
  await waitForRunning(3)
  running[0]!.response.end('done')
  await waitForRunning(4)
})

test('releases the memory of a client that leaves, also while it waits', async () => {
  const clients = Array.from({ length: 4 }, () => get('ann'))
  await waitForRunning(3)
  for (const { leave } of clients) leave()
  for (let i = 0; i < 3; i++) get('ann')
  await waitForRunning(6)
})

test('responds 503 with Retry-After after the wait, and at once if too many wait', async () => {
  // Which three of them run is not known: connections may arrive in another order.
  const rejected: unknown[] = []
  for (const { response } of Array.from({ length: 7 }, () => get('ann'))) {
    void response.then(({ statusCode, headers }) => rejected.push([statusCode, headers['retry-after']]))
  }
  while (rejected.length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(rejected).toEqual(Array.from({ length: 4 }, () => [503, '2']))
  expect(running).toHaveLength(3)
})
