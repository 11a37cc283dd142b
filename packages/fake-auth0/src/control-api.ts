import { type Scope, scopes } from '@timesheets/contracts/scope'
import express, { type ErrorRequestHandler, type Router } from 'express'
import type { Faults } from './faults.ts'
import { requireJsonObject } from './json-object.ts'
import { generateKey, type Keys, type SigningKey, sign } from './keys.ts'
import type { Client, Registry } from './registry.ts'

interface ControlApiOptions {
  readonly issuer: string
  readonly registry: Registry
  readonly keys: Keys
  readonly faults: Faults
}

/** The routes under `/local/`: actions of Auth0's dashboard (key rotation), and tokens and faults for tests. */
export function createControlApi({ issuer, registry, keys, faults }: ControlApiOptions): Router {
  const router = express.Router()

  // Web pages in a browser on this machine can reach this port: reject their requests, which carry an Origin.
  router.use((req, res, next) => {
    if (req.headers.origin === undefined) next()
    else res.status(403).json({ error: 'The control API rejects requests of web pages' })
  })
  router.use(express.json({ limit: 64 * 1024 }))

  router.post('/keys/rotate', async (_req, res) => {
    await keys.rotate()
    res.json(listKids())
  })

  router.post('/keys/revoke', async (_req, res) => {
    await keys.revoke()
    res.json(listKids())
  })

  // Signs any claims, so that a test can send a token that is valid except for one claim.
  router.post('/tokens', async (req, res) => {
    const { claims, header, expiresInSeconds, kid, key } = parseTokenRequest(req.body)
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

  // Changes the grant of a client, as on its page in the dashboard: tokens that exist keep their scopes.
  router.patch('/clients/:id', (req, res) => {
    const index = registry.clients.findIndex(({ clientId }) => clientId === req.params.id)
    if (index === -1) throw new TypeError(`there is no client "${req.params.id}"`)
    const client = { ...registry.clients[index]!, ...parseClientChange(req.body) }
    registry.clients[index] = client
    res.json({ grant: client.grant ?? null, tokenSeconds: client.tokenSeconds ?? null })
  })

  router.get('/faults', (_req, res) => void res.json(faults.pending))
  router.post('/faults', (req, res) => {
    faults.inject(req.body)
    res.json(faults.pending)
  })

  const onError: ErrorRequestHandler = (error, _req, res, next) => {
    if (error instanceof TypeError || error.status < 500) res.status(400).json({ error: error.message })
    else next(error)
  }
  router.use(onError)
  return router

  function listKids(): object {
    const [current, next, ...previous] = keys.all.map(({ kid }) => kid)
    return { current, next, previous }
  }

  function signingKey(name: KeyName): Promise<SigningKey> | SigningKey {
    const [current, next, previous] = keys.all
    if (name === 'stranger') return generateKey()
    if (name === 'next') return next!
    if (name === 'current') return current!
    if (previous === undefined) throw new TypeError('there is no previous key: rotate the keys first')
    return previous
  }
}

const keyNames = ['current', 'next', 'previous', 'stranger'] as const
type KeyName = (typeof keyNames)[number]

interface TokenRequest {
  /** Merged over `iss`, `aud`, `iat` and `exp`; null removes a claim. */
  readonly claims: Record<string, unknown>
  /** Merged into the JOSE header; `alg` stays RS256. */
  readonly header: Record<string, unknown>
  /** Negative for a token that has expired. */
  readonly expiresInSeconds: number
  /** The `kid` in the header, independent of the signing key; by default the kid of the current key. */
  readonly kid: string | undefined
  /** The signing key; `stranger` is a new key that the JWKS does not contain. */
  readonly key: KeyName
}

/** @throws {TypeError} */
function parseTokenRequest(body: unknown): TokenRequest {
  const {
    claims = {},
    header = {},
    expiresInSeconds = 300,
    kid,
    key = 'current',
  } = requireJsonObject('the body', body)
  if (!Number.isInteger(expiresInSeconds)) throw new TypeError('expiresInSeconds is not an integer')
  if (kid !== undefined && typeof kid !== 'string') throw new TypeError('kid is not a string')
  if (!keyNames.includes(key as KeyName)) throw new TypeError(`key is not one of ${keyNames.join(', ')}`)
  return {
    claims: requireJsonObject('claims', claims),
    header: requireJsonObject('header', header),
    expiresInSeconds: expiresInSeconds as number,
    kid,
    key: key as KeyName,
  }
}

/** @throws {TypeError} */
function parseClientChange(body: unknown): Pick<Client, 'grant' | 'tokenSeconds'> {
  const { grant, tokenSeconds, ...unknown } = requireJsonObject('the body', body)
  for (const name of Object.keys(unknown)) throw new TypeError(`${name} is not a known field`)
  const isScope = (name: unknown): name is Scope => typeof name === 'string' && Object.hasOwn(scopes, name)
  if (grant !== undefined && !(Array.isArray(grant) && grant.every(isScope)))
    throw new TypeError('grant is not a list of scopes of the API')
  if (tokenSeconds !== undefined && !(Number.isInteger(tokenSeconds) && Number(tokenSeconds) > 0))
    throw new TypeError('tokenSeconds is not a positive integer')
  return {
    ...(grant === undefined ? {} : { grant }),
    ...(tokenSeconds === undefined ? {} : { tokenSeconds: Number(tokenSeconds) }),
  }
}

function withoutNulls(claims: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null))
}
