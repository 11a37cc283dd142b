import { createSign, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'

export const audience = 'https://api.exampleco.com/timesheets'

/** An issuer's key pair, which signs tokens as Auth0 does. */
export class TokenSigner {
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.#privateKey = privateKey
    this.#publicKey = publicKey
  }

  get publicKey(): KeyObject {
    return this.#publicKey
  }

  get jwks(): { keys: JsonWebKey[] } {
    return {
      keys: [{ ...this.#publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }],
    }
  }

  /** Signs a token for the bench's two routes. @param id makes it differ from others */
  sign(issuer: string, id: string): string {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: 'sync@clients',
      aud: audience,
      azp: 'sync',
      iat: now,
      exp: now + 3600,
      jti: id,
      scope: 'batch:upload read:reports',
      'https://api.exampleco.com/email': 'jo@exampleco.com',
    }
    const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'bench' })}.${encode(claims)}`
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.#privateKey, 'base64url')}`
  }
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
