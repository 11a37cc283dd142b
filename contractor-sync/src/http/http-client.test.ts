import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { ConfigurationError, InterruptedError, InvalidResponseError, TransientError } from '../errors.ts'
import { type HttpRequest, parseRetryAfter, requestJson } from './http-client.ts'

const endpoint = { name: 'Harvest', setting: 'HARVEST_URL' }
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function send(listener: RequestListener, options: Partial<HttpRequest> = {}) {
  const url = `http://127.0.0.1:${await listen(listener)}/x`
  return await requestJson(endpoint, url, { headers: {}, timeoutMs: 5000, ...options })
}

test('returns status and parsed JSON; the body of an error need not be JSON', async () => {
  expect(await send((_, response) => response.end('{"a": "ü"}'))).toMatchObject({
    status: 200,
    body: { a: 'ü' },
  })
  expect(await send((_, response) => response.writeHead(403).end('no'))).toMatchObject({
    status: 403,
    body: undefined,
  })
})

describe('a transient error', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('is status %i, with its Retry-After', async (status) => {
    const failure = send((_, response) => response.writeHead(status, { 'retry-after': '7' }).end())
    await expect(failure).rejects.toThrow(TransientError)
    await expect(failure).rejects.toMatchObject({ status, retryAfterMs: 7000 })
  })

  test('is a refused connection, with what to check', async () => {
    const port = await listen(() => {})
    await new Promise((resolve) => servers.pop()!.close(resolve))
    const failure = requestJson(endpoint, `http://127.0.0.1:${port}/`, { headers: {}, timeoutMs: 5000 })
    await expect(failure).rejects.toThrow(TransientError)
    await expect(failure).rejects.toThrow(
      'Harvest cannot be reached (ECONNREFUSED); is it running, and is HARVEST_URL correct?',
    )
  })

  test.each([
    ['before the head', (() => undefined) as unknown as RequestListener],
    [
      'within the body',
      ((_, response) => void response.writeHead(200, { 'content-length': 9 }).write('{')) as RequestListener,
    ],
  ])('is a response that does not come in time: %s', async (_when, listener) => {
    const failure = send(listener, { timeoutMs: 50 })
    await expect(failure).rejects.toThrow(TransientError)
    await expect(failure).rejects.toThrow('Harvest did not respond within 0.05 s')
  })

  test.each([
    ['before the head', ((incoming) => incoming.socket.resetAndDestroy()) as RequestListener],
    [
      'within the body',
      ((_, response) => {
        response.writeHead(200, { 'content-length': 9 })
        response.write('{', () => response.socket!.destroy())
      }) as RequestListener,
    ],
  ])('is a broken connection: %s', async (_when, listener) => {
    await expect(send(listener)).rejects.toThrow(TransientError)
  })
})

describe('a good status without complete JSON is an invalid response, and is retried', () => {
  test('truncated JSON', async () => {
    const failure = send((_, response) =>
      response.setHeader('content-type', 'application/json').end('{"a": '),
    )
    await expect(failure).rejects.toThrow(InvalidResponseError)
    await expect(failure).rejects.toMatchObject({ retryable: true })
  })

  test.each([
    ['a web page', 200],
    ['a web page', 201],
  ])('%s with %i', async (_what, status) => {
    const failure = send((_, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<!DOCTYPE html>'),
    )
    await expect(failure).rejects.toThrow(InvalidResponseError)
    await expect(failure).rejects.toThrow(`${status}, text/html`)
  })

  test('no body at all', async () => {
    await expect(send((_, response) => response.writeHead(204).end())).rejects.toThrow(InvalidResponseError)
  })
})

test('rejects a redirect, which could lead the token to another server', async () => {
  const redirect = send((_, response) => response.writeHead(302, { location: 'https://example.com/' }).end())
  await expect(redirect).rejects.toThrow(
    new ConfigurationError('Harvest responds with a redirect (302); correct HARVEST_URL'),
  )
})

test('304 is no redirect', async () => {
  expect(await send((_, response) => response.writeHead(304).end())).toMatchObject({
    status: 304,
    body: undefined,
  })
})

test('rejects a server without TLS as a wrong setting', async () => {
  const port = await listen(() => {})
  const failure = requestJson(endpoint, `https://127.0.0.1:${port}/x`, { headers: {}, timeoutMs: 5000 })
  await expect(failure).rejects.toThrow(ConfigurationError)
  await expect(failure).rejects.toThrow(/does not speak TLS .*: check HARVEST_URL/)
})

test('rejects a port that fetch blocks as a wrong setting', async () => {
  const failure = requestJson(endpoint, 'http://127.0.0.1:1/', { headers: {}, timeoutMs: 5000 })
  await expect(failure).rejects.toThrow(ConfigurationError)
  await expect(failure).rejects.toThrow('use another one in HARVEST_URL')
})

test('rejects a header that HTTP cannot carry by its name, and does not show its value', async () => {
  const failure = send((_, response) => response.end('{}'), {
    headers: { authorization: 'Bearer töken' + '\n' },
  })
  await expect(failure).rejects.toThrow(ConfigurationError)
  await expect(failure).rejects.toThrow(/header content \["authorization"\]/)
  await expect(failure).rejects.not.toThrow(/töken/)
})

/** Writes without end, as fast as the client reads. */
function pour(response: NodeJS.WritableStream & { readonly destroyed: boolean }, chunk: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

test('rejects a response without end', async () => {
  const failure = send((_, response) => pour(response, Buffer.alloc(1024 * 1024, ' ')), {
    timeoutMs: 25_000,
  })
  await expect(failure).rejects.toThrow(InvalidResponseError)
  await expect(failure).rejects.toThrow('more than 64 MB')
})

describe('encodings', () => {
  test('a gzip body is decoded', async () => {
    const listener: RequestListener = (_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('{"a": "ü"}'))
    expect(await send(listener)).toMatchObject({ body: { a: 'ü' } })
  })

  test('the limit of a body counts what gzip unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, ' '))
    const failure = send((_, response) => response.setHeader('content-encoding', 'gzip').end(bomb), {
      timeoutMs: 25_000,
    })
    await expect(failure).rejects.toThrow('more than 64 MB')
  })

  const latin1 = Buffer.from('{"notes": "Grüße"}', 'latin1')
  test('a declared charset is decoded', async () => {
    const listener: RequestListener = (_, response) =>
      response.setHeader('content-type', 'application/json; charset=ISO-8859-1').end(latin1)
    expect(await send(listener)).toMatchObject({ body: { notes: 'Grüße' } })
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'application/json; charset=klingon'])(
    'text that %s does not describe is rejected, never stored with replacement characters',
    async (contentType) => {
      const failure = send((_, response) => response.setHeader('content-type', contentType).end(latin1))
      await expect(failure).rejects.toThrow(InvalidResponseError)
      await expect(failure).rejects.toThrow(/cannot be read as (utf-8|klingon)/)
    },
  )
})

test('the signal takes precedence over every other error', async () => {
  const controller = new AbortController()
  const failure = send(() => controller.abort(new InterruptedError('stopped')), { signal: controller.signal })
  await expect(failure).rejects.toThrow(InterruptedError)
})

describe('Retry-After', () => {
  const now = Date.parse('2026-11-22T10:00:00Z')
  test.each([
    [null, undefined],
    ['120', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
  ])('%s', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms)
  })
})
