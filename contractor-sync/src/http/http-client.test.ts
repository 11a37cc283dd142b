import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Interrupted, Outage, Refused, UnexpectedAnswer } from '../errors.ts'
import { type Request, readRetryAfter, request } from './http-client.ts'

const peer = { name: 'Harvest', setting: 'HARVEST_URL' }
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function ask(listener: RequestListener, options: Partial<Request> = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return await request(peer, `http://127.0.0.1:${port}/x`, { headers: {}, timeoutMs: 5000, ...options })
}

test('an answer that a caller can judge', async () => {
  expect(await ask((_, response) => response.end('{"a": "ü"}'))).toMatchObject({
    status: 200,
    body: { a: 'ü' },
  })
  expect(await ask((_, response) => response.writeHead(403).end('no'))).toMatchObject({
    status: 403,
    body: undefined,
  })
})

describe('what is down', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('%i, with the time that it asks for', async (status) => {
    const failure = ask((_, response) => response.writeHead(status, { 'retry-after': '7' }).end())
    await expect(failure).rejects.toThrow(Outage)
    await expect(failure).rejects.toMatchObject({ status, retryAfterMs: 7000 })
  })

  test('a connection that nobody takes, with what to look at', async () => {
    const failure = request(peer, 'http://127.0.0.1:1/', { headers: {}, timeoutMs: 5000 })
    await expect(failure).rejects.toThrow(
      'Harvest cannot be reached (ECONNREFUSED); is it up, and HARVEST_URL right?',
    )
  })

  test.each([
    ['before the answer', (() => undefined) as unknown as RequestListener],
    [
      'within it',
      ((_, response) => void response.writeHead(200, { 'content-length': 9 }).write('{')) as RequestListener,
    ],
  ])('an answer that does not come: %s', async (_when, listener) => {
    await expect(ask(listener, { timeoutMs: 50 })).rejects.toThrow('Harvest did not answer within 0.05 s')
  })

  test.each([
    ['before the answer', ((incoming) => incoming.socket.resetAndDestroy()) as RequestListener],
    [
      'within it',
      ((_, response) => {
        response.writeHead(200, { 'content-length': 9 })
        response.write('{', () => response.socket!.destroy())
      }) as RequestListener,
    ],
  ])('a connection that breaks: %s', async (_when, listener) => {
    await expect(ask(listener)).rejects.toThrow(Outage)
  })
})

test('half an answer that says it is whole, and a page for people, are no answers', async () => {
  const half = ask((_, response) => response.setHeader('content-type', 'application/json').end('{"a": '))
  await expect(half).rejects.toThrow(UnexpectedAnswer)
  await expect(half).rejects.toMatchObject({ mayPass: true })
  const page = ask((_, response) => response.setHeader('content-type', 'text/html').end('<!DOCTYPE html>'))
  await expect(page).rejects.toThrow('200, text/html')
})

test('a redirect is not followed: it could lead the token elsewhere', async () => {
  const redirect = ask((_, response) => response.writeHead(302, { location: 'https://example.com/' }).end())
  await expect(redirect).rejects.toThrow(
    new Refused('Harvest answers with a redirect (302): correct HARVEST_URL'),
  )
})

test('TLS to a server that speaks none is a wrong setting', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const asked = request(peer, `https://127.0.0.1:${port}/x`, { headers: {}, timeoutMs: 5000 })
  await expect(asked).rejects.toThrow(Refused)
  await expect(asked).rejects.toThrow(/does not speak TLS as we do: check HARVEST_URL/)
})

test('so is what a header cannot carry', async () => {
  const asked = ask((_, response) => response.end('{}'), {
    headers: { authorization: 'Bearer töken' + '\n' },
  })
  await expect(asked).rejects.toThrow(Refused)
  await expect(asked).rejects.toThrow(/header content \["authorization"\]/)
  await expect(asked).rejects.not.toThrow(/töken/)
})

test('an answer without end is left', async () => {
  const chunk = Buffer.alloc(1024 * 1024, ' ')
  const endless: RequestListener = (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  }
  await expect(ask(endless)).rejects.toThrow(UnexpectedAnswer)
})

test('being told to end beats all else', async () => {
  const controller = new AbortController()
  const asked = ask(() => controller.abort(new Interrupted('told to end')), { signal: controller.signal })
  await expect(asked).rejects.toThrow(Interrupted)
})

describe('Retry-After', () => {
  const now = Date.parse('2026-11-22T10:00:00Z')
  test.each([
    [undefined, undefined],
    ['120', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
  ])('%s', (value, ms) => {
    expect(readRetryAfter(value, now)).toBe(ms)
  })
})
