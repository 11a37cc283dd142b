import { expect } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { localSecret } from '../src/registry.ts'

export const audience = 'https://api.exampleco.com/timesheets'

/** Builds a client_credentials request with the published secret of the client. */
export function machine(clientId: string, more: Record<string, unknown> = {}) {
  return {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: localSecret(clientId),
    audience,
    ...more,
  }
}

/** Builds a password request with the published password of the person. */
export function person(name: string, more: Record<string, unknown> = {}) {
  return {
    grant_type: 'password',
    client_id: 'timesheets-web',
    username: `${name}@exampleco.com`,
    password: localSecret(name),
    audience,
    ...more,
  }
}

interface TokenBody {
  access_token: string
  id_token?: string
  scope?: string
}

/** @throws {Error} for a status other than 200 */
export async function parseTokens(response: Response): Promise<TokenBody> {
  const body = await response.json()
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`)
  return body as TokenBody
}

/** Verifies a token as a resource server without a cache does. */
export function verifyToken(base: string, token: string, options: { issuer: string; audience?: string }) {
  const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`))
  return jwtVerify(token, keys, { audience, ...options, algorithms: ['RS256'] })
}

export async function expectError(
  response: Response,
  status: number,
  error: string,
  description?: string,
): Promise<void> {
  const body = (await response.json()) as { error: string; error_description: string }
  expect({ status: response.status, ...body }).toEqual({
    status,
    error,
    error_description: description ?? expect.any(String),
  })
  expect(response.headers.get('cache-control')).toBe('no-store')
}
