import { readdirSync, readFileSync } from 'node:fs'
import { IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, jest, test } from '@jest/globals'

/** The requests that `auth()` was called with, and the apps that handled them. */
const authenticated: { request: IncomingMessage; response: ServerResponse }[] = []

const library = await import('express-oauth2-jwt-bearer')
jest.unstable_mockModule('express-oauth2-jwt-bearer', () => ({
  ...library,
  auth: (options: Parameters<typeof library.auth>[0]) => {
    const handler = library.auth(options)
    return (...[request, response, next]: Parameters<typeof handler>) => {
      authenticated.push({ request, response })
      return handler(request, response, next)
    }
  },
}))
const { startStack, uploadPath } = await import('./gateway-fixture.ts')

test('auth() gets the express request itself, with its app and its response', async () => {
  const { issuer, upload } = await startStack()
  expect((await upload(await issuer.token())).status).toBe(200)
  expect((await upload(await issuer.token({ key: 'stranger' }))).status).toBe(401)
  expect((await upload(await issuer.token({ claims: { scope: 'x' } }))).status).toBe(403)
  expect(authenticated).toHaveLength(3)
  for (const { request, response } of authenticated) {
    expect(request).toBeInstanceOf(IncomingMessage)
    expect(request).toMatchObject({ app: expect.any(Function), res: response, originalUrl: uploadPath })
    expect(request).toHaveProperty('app.router')
    expect(response).toHaveProperty('req', request)
  }
})

const folder = fileURLToPath(new URL('../src/', import.meta.url))
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const)

test('only authenticate.ts imports auth()', () => {
  const users = sources.filter(([, text]) => /import \{[^}]*\bauth\b[^}]*\} from 'express-oauth2/.test(text))
  expect(users.map(([name]) => name)).toEqual(['middleware/authenticate.ts'])
})

test('app.ts composes an express app, and no other file creates a server', () => {
  const app = sources.find(([name]) => name === 'app.ts')![1]
  expect(app).toContain('createExpressApp()')
  for (const [, text] of sources) expect(text).not.toMatch(/\bcreateServer\(/)
})
