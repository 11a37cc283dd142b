import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { ConfigurationError, InterruptedError, InvalidResponseError, TransientError } from '../errors.ts'
import { AccessToken } from './access-token.ts'

let server: Server | undefined
let forms: URLSearchParams[] = []

afterEach(async () => {
  forms = []
  server?.closeAllConnections()
  if (server?.listening) await new Promise((resolve) => server!.close(resolve))
})

type Respond = (request: IncomingMessage, response: ServerResponse, count: number) => void

const grants =
  (expiresIn: number): Respond =>
  (_, response, count) =>
    response.end(
      JSON.stringify({
        access_token: `token ${count}`,
        token_type: 'Bearer',
        expires_in: expiresIn,
        scope: 'batch:upload',
      }),
    )

async function createToken(respond: Respond, signal?: AbortSignal): Promise<AccessToken> {
  server = createServer(async (request, response) => {
    forms.push(new URLSearchParams(await text(request)))
    respond(request, response, forms.length)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const settings = {
    tokenUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/token`,
    tokenUrlSetting: 'AUTH0_ISSUER',
    audience: 'https://api.exampleco.com/timesheets',
    clientId: 'contractor-sync',
    clientSecret: new Secret('s3cret'),
    requestTimeoutSeconds: 5,
  }
  return new AccessToken(settings, signal)
}

test('requests a token as RFC 6749, section 4.4, and Auth0 define it', async () => {
  const token = await createToken(grants(86_400))
  expect(await token.get()).toEqual({ value: 'token 1', scope: 'batch:upload', lifeSeconds: 86_400 })
  expect(Object.fromEntries(forms[0]!)).toEqual({
    grant_type: 'client_credentials',
    client_id: 'contractor-sync',
    client_secret: 's3cret',
    audience: 'https://api.exampleco.com/timesheets',
  })
})

test('concurrent callers share one request, and a valid token is cached', async () => {
  const token = await createToken(grants(86_400))
  const tokens = await Promise.all(Array.from({ length: 20 }, () => token.get()))
  expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['token 1']))
  await token.get()
  expect(forms).toHaveLength(1)
})

test('a token is renewed before it expires', async () => {
  const token = await createToken(grants(0.05))
  await token.get()
  await new Promise((resolve) => setTimeout(resolve, 48))
  expect((await token.get()).value).toBe('token 2')
})

test('a rejected token is replaced once for all its users', async () => {
  const token = await createToken(grants(86_400))
  const rejected = await token.get()
  const replace = async () => {
    await token.discard(rejected)
    return (await token.get()).value
  }
  expect(await Promise.all([replace(), replace(), replace()])).toEqual(['token 2', 'token 2', 'token 2'])
  expect(forms).toHaveLength(2)
})

describe('a response without a token', () => {
  test.each([
    [401, 'check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET'],
    [403, 'authorize the client "contractor-sync" for the API "https://api.exampleco.com/timesheets"'],
    [404, '/oauth/token; check AUTH0_ISSUER'],
  ])('%i is a configuration error with what to check', async (status, hint) => {
    const token = await createToken((_, response) =>
      response.writeHead(status).end('{"error": "access_denied"}'),
    )
    const failure = token.get()
    await expect(failure).rejects.toThrow(ConfigurationError)
    await expect(failure).rejects.toThrow(hint)
    await expect(failure).rejects.not.toThrow('s3cret')
  })

  test.each([429, 500, 503])('%i is transient, and the next call requests again', async (status) => {
    const token = await createToken((request, response, count) =>
      count === 1 ? response.writeHead(status).end() : grants(60)(request, response, count),
    )
    await expect(token.get()).rejects.toThrow(TransientError)
    expect((await token.get()).value).toBe('token 2')
  })

  test('another shape is an invalid response that names the field', async () => {
    const token = await createToken((_, response) =>
      response.end('{"token_type": "Bearer", "expires_in": 60}'),
    )
    await expect(token.get()).rejects.toThrow(InvalidResponseError)
    await expect(token.get()).rejects.toThrow('access_token')
  })
})

test('the signal aborts the request for a token', async () => {
  const controller = new AbortController()
  const token = await createToken(() => controller.abort(new InterruptedError('stopped')), controller.signal)
  await expect(token.get()).rejects.toThrow(InterruptedError)
})
