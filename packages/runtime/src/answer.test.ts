import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { ProblemError } from '@timesheets/contracts/problem'
import { answerJson, answerProblem } from './answer.ts'
import { createLogger } from './logger.ts'

const lines: string[] = []
const logger = createLogger('test', 'debug', { write: (line) => void lines.push(line) })
const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  lines.length = 0
  for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a problem has its status, its members, its headers and the id of the request', async () => {
  const problem = new ProblemError('too-large', 'Too many', {
    members: { max_bytes: 5 },
    headers: { 'retry-after': '1' },
  })
  const url = await serve((request, response) => answerProblem(request, response, problem, 'id-1', logger))
  const answer = await fetch(url)
  expect(answer.status).toBe(413)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '1',
  })
  expect(await answer.json()).toEqual({
    type: '/problems/too-large',
    title: 'The request is too large',
    status: 413,
    detail: 'Too many',
    instance: 'id-1',
    max_bytes: 5,
  })
  expect(lines).toEqual([])
})

test.each([
  ['an error', new Error('select secret from table')],
  ['an error with a status', Object.assign(new Error('select secret'), { status: 400, expose: true })],
  ['no error at all', 'select secret'],
  ['nothing', undefined],
])('what is no problem is a bug of ours: %s is told to the log, not to the caller', async (_name, error) => {
  const url = await serve((request, response) => answerProblem(request, response, error, 'id-1', logger))
  const answer = await fetch(url)
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('secret')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    requestId: 'id-1',
    problem: 'internal-error',
  })
  if (error !== undefined) expect(lines[0]).toContain('secret')
})

test('the cause of a problem is for the log alone', async () => {
  const problem = new ProblemError('not-ready', 'Later', { cause: new Error('connect ECONNREFUSED') })
  const url = await serve((request, response) => answerProblem(request, response, problem, 'id-1', logger))
  expect(await (await fetch(url)).text()).not.toContain('ECONNREFUSED')
  expect(lines.join('')).toContain('ECONNREFUSED')
})

test('once half an answer is out, a problem cuts it', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200)
    response.write('half', () => answerProblem(request, response, new Error('x'), 'id-1', logger))
  })
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow()
})

test('HEAD gets the head', async () => {
  const url = await serve((request, response) => answerJson(request, response, 200, { a: 1 }))
  const answer = await fetch(url, { method: 'HEAD' })
  expect(answer.headers.get('content-length')).toBe('7')
  expect(await answer.text()).toBe('')
})

test('an answer to a client that has left is no error', async () => {
  const answered: unknown[] = []
  const gone = Promise.withResolvers<void>()
  const url = await serve((request, response) => {
    response.once('error', (error) => answered.push(error))
    response.once('close', async () => {
      answerJson(request, response, 200, { a: 1 })
      answerProblem(request, response, new ProblemError('not-found', 'x'), 'id-1', logger)
      answerProblem(request, response, new Error('x'), 'id-1', logger)
      await new Promise((resolve) => setImmediate(resolve))
      gone.resolve()
    })
    client.destroy()
  })
  const client = httpRequest(url)
  client.on('error', () => undefined)
  client.end()
  await gone.promise
  expect(answered).toEqual([])
})
