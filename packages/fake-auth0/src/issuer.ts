import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from '@timesheets/runtime/http/listen'
import express, { type ErrorRequestHandler } from 'express'
import type { IssuerConfig } from './config.ts'
import { controls } from './controls.ts'
import { Faults } from './faults.ts'
import { Keys } from './keys.ts'
import { errorPage, loginPages, sendPage } from './login-page.ts'
import { createMemory } from './memory.ts'
import { createProvider } from './provider.ts'
import { createRegistry, type Registry } from './registry.ts'
import { acceptJsonAndForm, refuseMalformedBody } from './token-endpoint.ts'
import { userinfo } from './userinfo.ts'

/** An Auth0 tenant on this machine. */
export interface Issuer {
  /** Who the clients and people are. */
  readonly registry: Registry
  /** Starts to answer; gives the URL where it does, without a slash at its end. */
  listen(): Promise<string>
  /** What `iss` says, with the slash at its end. Known once it listens. */
  readonly url: string
  /** Stops listening and lets go of every connection. */
  close(): Promise<void>
}

/** How long a request under way may take to end when the issuer closes. */
const closeGraceMs = 1000

/**
 * The seam: a test passes a configuration as an object, and if need be a registry of its own.
 * @throws where the data folder cannot be used, or holds keys that cannot be read
 */
export async function createIssuer(
  config: IssuerConfig,
  registry: Registry = createRegistry({
    audience: config.audience,
    contractorSyncSecret: config.contractorSyncSecret.reveal(),
  }),
): Promise<Issuer> {
  const keys = await Keys.open(config.dataDir)
  const server = createServer()
  let url: string | undefined

  return {
    registry,
    async listen() {
      await listen(server, config.port, config.host)
      const listening = addressAsUrl(server.address() as AddressInfo)
      // `iss` may hold the port, which is known only now; no request is read before this function yields.
      url = config.url ?? `${listening}/`
      server.on('request', createApp(url, registry, keys))
      return listening
    },
    get url() {
      if (url === undefined) throw new Error('the issuer does not listen yet')
      return url
    },
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      const deadline = setTimeout(() => server.closeAllConnections(), closeGraceMs)
      await closed
      clearTimeout(deadline)
    },
  }
}

/** Every request's way through the issuer, top to bottom. */
function createApp(issuer: string, registry: Registry, keys: Keys): RequestListener {
  const faults = new Faults()
  const memory = createMemory()
  const cookieKeys = [randomBytes(32).toString('base64url')]
  // oidc-provider takes its keys when it is made; with new keys there is a new one, over the same memory.
  const make = () => createProvider({ issuer, registry, keys: keys.all, memory, cookieKeys })
  let provider = make()
  let answer = provider.callback()
  keys.onChange(() => {
    provider = make()
    answer = provider.callback()
  })

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use('/local', controls({ issuer, registry, keys, faults }))
  app.post('/oauth/token', faults.at('token'), ...acceptJsonAndForm, refuseMalformedBody)
  app.get('/.well-known/jwks.json', faults.at('jwks'))
  app.get('/authorize', (req, _res, next) => {
    req.url = withResource(req.url)
    next()
  })
  app.all('/userinfo', userinfo(keys, registry, issuer))
  app.use(loginPages(() => provider, registry))
  app.use((req, res) => answer(req, res))
  app.use(((error, _req, res, next) => {
    if (res.headersSent) {
      next(error)
      return
    }
    const status = error.status >= 400 && error.status < 500 ? error.status : 500
    if (status === 500) console.error('issuer: server_error', error)
    sendPage(res, status, errorPage(status === 500 ? 'Something broke here.' : reasonOf(error)))
  }) satisfies ErrorRequestHandler)
  return app
}

function reasonOf(error: { error_description?: string; message: string }): string {
  return error.error_description ?? error.message
}

/** Auth0 calls `audience` what RFC 8707 calls `resource`. */
function withResource(target: string): string {
  const [path, query = ''] = target.split('?', 2) as [string, string?]
  const parameters = new URLSearchParams(query)
  const audience = parameters.get('audience')
  parameters.delete('audience')
  parameters.delete('resource')
  if (audience) parameters.set('resource', audience)
  return `${path}?${parameters}`
}

function addressAsUrl({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
