import express, { type ErrorRequestHandler, type Router } from 'express'
import type { Faults } from './faults.ts'
import { jsonObject } from './json-object.ts'
import { generateKey, type Keys, type SigningKey, sign } from './keys.ts'
import type { Registry } from './registry.ts'

interface ControlsOptions {
  readonly issuer: string
  readonly registry: Registry
  readonly keys: Keys
  readonly faults: Faults
}

/** `POST /local/…`: what an operator does in Auth0's dashboard, and what only a test wants. */
export function controls({ issuer, registry, keys, faults }: ControlsOptions): Router {
  const router = express.Router()

  // A page in a browser on this machine reaches this port too, and has no business with keys.
  router.use((req, res, next) => {
    if (req.headers.origin === undefined) next()
    else res.status(403).json({ error: 'The controls are not for web pages' })
  })
  router.use(express.json({ limit: 64 * 1024 }))

  router.post('/keys/rotate', async (_req, res) => {
    await keys.rotate()
    res.json(keysSeen())
  })

  router.post('/keys/revoke', async (_req, res) => {
    await keys.revoke()
    res.json(keysSeen())
  })

  // Signs what it is told, so that a resource server can be shown a token that is true but for one claim.
  router.post('/tokens', async (req, res) => {
    const { claims, header, expiresInSeconds, kid, key } = parseTokenOrder(req.body)
    const iat = Math.floor(Date.now() / 1000)
    const payload = { iss: issuer, aud: registry.audience, iat, exp: iat + expiresInSeconds, ...claims }
    const signer = await signingKey(key)
    res.json({
      access_token: await sign(withoutNulls(payload), signer, {
        kid: kid ?? keys.current.kid,
        ...header,
      }),
      token_type: 'Bearer',
      expires_in: expiresInSeconds,
    })
  })

  router.get('/faults', (_req, res) => void res.json(faults.pending))
  router.post('/faults', (req, res) => {
    faults.order(req.body)
    res.json(faults.pending)
  })

  const onError: ErrorRequestHandler = (error, _req, res, next) => {
    if (error instanceof TypeError || error.status < 500) res.status(400).json({ error: error.message })
    else next(error)
  }
  router.use(onError)
  return router

  function keysSeen(): object {
    const [current, next, ...previous] = keys.all.map(({ kid }) => kid)
    return { current, next, previous }
  }

  function signingKey(name: KeyName): Promise<SigningKey> | SigningKey {
    const [current, next, previous] = keys.all
    if (name === 'stranger') return generateKey()
    if (name === 'next') return next!
    if (name === 'current') return current!
    if (previous === undefined) throw new TypeError('there is no previous key; rotate first')
    return previous
  }
}

const keyNames = ['current', 'next', 'previous', 'stranger'] as const
type KeyName = (typeof keyNames)[number]

interface TokenOrder {
  /** Added to `iss`, `aud`, `iat` and `exp`, or in their place; null takes one away. */
  readonly claims: Record<string, unknown>
  /** Members of the JOSE header; `alg` stays RS256. */
  readonly header: Record<string, unknown>
  /** Negative: it has expired already. */
  readonly expiresInSeconds: number
  /** What the header says of the key, whichever key signs; by default the current one's. */
  readonly kid: string | undefined
  /** Which key signs; `stranger` is one that no JWKS has. */
  readonly key: KeyName
}

/** @throws {TypeError} */
function parseTokenOrder(body: unknown): TokenOrder {
  const {
    claims = {},
    header = {},
    expiresInSeconds = 300,
    kid,
    key = 'current',
  } = jsonObject('the body', body)
  if (!Number.isInteger(expiresInSeconds)) throw new TypeError('expiresInSeconds is not a whole number')
  if (kid !== undefined && typeof kid !== 'string') throw new TypeError('kid is not a text')
  if (!keyNames.includes(key as KeyName)) throw new TypeError(`key is none of ${keyNames.join(', ')}`)
  return {
    claims: jsonObject('claims', claims),
    header: jsonObject('header', header),
    expiresInSeconds: expiresInSeconds as number,
    kid,
    key: key as KeyName,
  }
}

function withoutNulls(claims: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null))
}
