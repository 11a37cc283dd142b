import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from '@timesheets/runtime/http/listen'
import express, { type ErrorRequestHandler } from 'express'
import { innerOfflineAccess, offlineAccess, renameScope } from './claims.ts'
import type { IssuerConfig } from './config.ts'
import { createControlApi } from './control-api.ts'
import { Faults } from './faults.ts'
import { Keys } from './keys.ts'
import { errorPage, loginPages, sendPage } from './login-page.ts'
import { createMemoryAdapter } from './memory-adapter.ts'
import { createProvider } from './provider.ts'
import { createRegistry, type Registry } from './registry.ts'
import { acceptJsonAndForm, rejectMalformedBody } from './token-endpoint.ts'
import { userinfo } from './userinfo.ts'

/** A stand-in for an Auth0 tenant. */
export interface Issuer {
  /** The API, the clients and the people. */
  readonly registry: Registry
  /** Starts the server and returns its URL, without a trailing slash. */
  listen(): Promise<string>
  /** The `iss` of its tokens, with the trailing slash. Throws before the issuer listens. */
  readonly url: string
  /** Stops listening and closes all connections. */
  close(): Promise<void>
}

/** How long requests in flight may take when the issuer closes. */
const closeGraceMs = 1000

/**
 * Creates the issuer. Tests pass a configuration object, and a registry where they need other clients.
 * @throws {Error} when the data folder cannot be used, or contains keys that cannot be read
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
      const listening = formatUrl(server.address() as AddressInfo)
      // `iss` may contain the port, which is known only now. No request is read before this function yields.
      url = config.url ?? `${listening}/`
      server.on('request', createApp(url, registry, keys))
      return listening
    },
    get url() {
      if (url === undefined) throw new Error('The issuer does not listen yet')
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

function createApp(issuer: string, registry: Registry, keys: Keys): RequestListener {
  const faults = new Faults()
  const adapter = createMemoryAdapter()
  const cookieKeys = [randomBytes(32).toString('base64url')]
  // oidc-provider reads its keys once, so new keys need a new provider. The adapter keeps the sessions.
  const create = () => createProvider({ issuer, registry, keys: keys.all, adapter, cookieKeys })
  let provider = create()
  let handleRequest = provider.callback()
  keys.onChange(() => {
    provider = create()
    handleRequest = provider.callback()
  })

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use('/local', createControlApi({ issuer, registry, keys, faults }))
  app.post('/oauth/token', faults.middleware('token'), ...acceptJsonAndForm, rejectMalformedBody)
  app.post('/oauth/revoke', ...acceptJsonAndForm, rejectMalformedBody)
  app.get('/.well-known/jwks.json', faults.middleware('jwks'))
  app.get('/authorize', (req, _res, next) => {
    req.url = toProviderParameters(req.url)
    next()
  })
  app.all('/userinfo', userinfo(keys, registry, issuer))
  app.use(loginPages(() => provider, registry))
  app.use((req, res) => handleRequest(req, res))
  app.use(((error, _req, res, next) => {
    if (res.headersSent) {
      next(error)
      return
    }
    const status = error.status >= 400 && error.status < 500 ? error.status : 500
    if (status === 500) console.error('issuer: server_error', error)
    sendPage(res, status, errorPage(status === 500 ? 'Internal server error' : describeError(error)))
  }) satisfies ErrorRequestHandler)
  return app
}

function describeError(error: { error_description?: string; message: string }): string {
  return error.error_description ?? error.message
}

/** Renames the parameter `audience` of Auth0 to `resource` of RFC 8707, and the scope `offline_access`. */
function toProviderParameters(target: string): string {
  const [path, query = ''] = target.split('?', 2) as [string, string?]
  const parameters = new URLSearchParams(query)
  const audience = parameters.get('audience')
  parameters.delete('audience')
  parameters.delete('resource')
  if (audience) parameters.set('resource', audience)
  const scope = parameters.get('scope')
  if (scope !== null) parameters.set('scope', renameScope(scope, offlineAccess, innerOfflineAccess))
  return `${path}?${parameters}`
}

function formatUrl({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
