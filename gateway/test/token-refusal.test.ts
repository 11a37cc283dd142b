import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import type { ErrorRequestHandler } from 'express'
import { auth, InvalidTokenError } from 'express-oauth2-jwt-bearer'
import { type JWTPayload, SignJWT } from 'jose'
import request from 'supertest'
import { type RefusalReason, refusalTexts, toRefusalReason } from '../src/middleware/token-refusal.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const now = Math.floor(Date.now() / 1000)
const valid = { iss: 'https://issuer/', aud: 'api', exp: now + 60 }

const sendReason: ErrorRequestHandler = (error, _request, response, _next) => {
  response.send({ isInvalidToken: error instanceof InvalidTokenError, reason: toRefusalReason(error) })
}

const app = createExpressApp()
  .use(
    auth({
      publicKey: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' }] } as never,
      issuer: valid.iss,
      audience: valid.aud,
      tokenSigningAlg: 'RS256',
      issuerBaseURL: '',
      jwksUri: '',
      secret: '',
      dpop: { enabled: false },
    }),
  )
  .use(sendReason)

const sign = (claims: JWTPayload, header: object = {}, key: KeyObject = privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'a', ...header }).sign(key)

const { exp: _exp, ...endless } = valid

test.each<[RefusalReason, string, Promise<string>]>([
  ['expired', 'exp in the past', sign({ ...valid, exp: now - 60 })],
  ['no-expiry', 'no exp', sign(endless)],
  ['no-expiry', 'exp as text', sign({ ...valid, exp: 'x' as never })],
  ['not-yet', 'nbf in the future', sign({ ...valid, nbf: now + 600 })],
  ['audience', 'another aud', sign({ ...valid, aud: 'other' })],
  ['issuer', 'another iss', sign({ ...valid, iss: 'https://other/' })],
  ['algorithm', 'another algorithm', sign(valid, { alg: 'HS256' }, createSecretKey(Buffer.alloc(32)))],
  ['signature', 'another key', sign(valid, {}, stranger)],
  ['signature', 'an unknown kid', sign(valid, { kid: 'b' })],
  ['malformed', 'text that is not a JWT', Promise.resolve('a.b.c')],
])('the message of the library means "%s" for %s', async (reason, _name, token) => {
  const { body } = await request(app)
    .get('/')
    .set('authorization', `Bearer ${await token}`)
  expect(body).toEqual({ isInvalidToken: true, reason })
})

test('a message that is not known means "other"', () => {
  expect(toRefusalReason(new InvalidTokenError('something new'))).toBe('other')
})

test('no text needs escaping in a header', () => {
  for (const text of Object.values(refusalTexts)) expect(text).toMatch(/^[\w (),]+$/)
})
