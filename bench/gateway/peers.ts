import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { openSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { audience, type TokenSigner } from './tokens.ts'

/** A proxy that is measured, as a process of its own. */
export interface Peer {
  readonly name: string
  readonly port: number
  readonly pid: number
  readonly isAuthenticating: boolean
}

interface PeerOptions {
  readonly backendUrl: string
  readonly signer: TokenSigner
  /** Where logs and configuration files go. */
  readonly folder: string
}

const children: ChildProcess[] = []

/** Ends every peer that was started. */
export function stopPeers(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL')
}

const root = fileURLToPath(new URL('../../', import.meta.url))

export const peerNames = {
  gateway: 'this gateway, everything on',
  bare: 'bare node:http',
  proxy: 'express + http-proxy-middleware',
  auth: 'the same + express-oauth2-jwt-bearer',
  haproxy: 'HAProxy, jwt_verify',
} as const

/** Starts all peers: the gateway as its image runs it, and HAProxy only where it is installed. */
export async function startPeers(options: PeerOptions): Promise<Peer[]> {
  const { backendUrl, folder } = options
  const node = (name: string, script: string, port: number, environment: Record<string, string>) =>
    start(name, process.execPath, [path.join(root, script)], port, folder, {
      SERVICE_URL: backendUrl,
      PORT: String(port),
      NODE_ENV: 'production',
      ...environment,
    })
  execFileSync(process.execPath, [path.join(root, 'images/bundle.ts'), 'gateway'])
  const peers = [
    await node(peerNames.gateway, 'dist/gateway/main.js', 18_081, {
      GATEWAY_PORT: '18081',
      AUTH0_ISSUER: `${backendUrl}/`,
      AUTH0_AUDIENCE: audience,
      ALLOW_HTTP_ISSUER: 'true',
      IDENTITY_SECRET: 'local-only-secret-of-a-bench-and-of-nothing-else',
    }),
    await node(peerNames.bare, 'bench/gateway/peers/bare.ts', 18_082, {}),
    await node(peerNames.proxy, 'bench/gateway/peers/express-proxy.ts', 18_083, {}),
    await node(peerNames.auth, 'bench/gateway/peers/express-auth.ts', 18_084, {
      ISSUER_URL: backendUrl,
      API_AUDIENCE: audience,
    }),
  ]
  if (readHaproxyVersion() !== undefined) peers.push(await startHaproxy(options))
  return peers
}

/** The installed HAProxy's version, if there is one. */
export function readHaproxyVersion(): string | undefined {
  return /version (\S+)/.exec(spawnSync('haproxy', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1]
}

async function startHaproxy({ backendUrl, signer, folder }: PeerOptions): Promise<Peer> {
  const key = path.join(folder, 'issuer.pem')
  const configuration = path.join(folder, 'haproxy.cfg')
  writeFileSync(key, signer.publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(
    configuration,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend gateway
  bind 127.0.0.1:18085
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.bearer),jwt_payload_query('$.aud')
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.scope) var(txn.bearer),jwt_payload_query('$.scope')
  http-request set-var(txn.now) date
  http-request deny deny_status 401 unless { var(txn.alg) -m str RS256 }
  http-request deny deny_status 401 unless { var(txn.iss) -m str ${backendUrl}/ }
  http-request deny deny_status 401 unless { var(txn.aud) -m str ${audience} }
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"${key}") -m int 1 }
  http-request deny deny_status 403 unless { var(txn.scope) -m sub batch:upload }
  default_backend service
backend service
  server service ${new URL(backendUrl).host}
`,
  )
  return start(peerNames.haproxy, 'haproxy', ['-db', '-f', configuration], 18_085, folder, {})
}

async function start(
  name: string,
  command: string,
  args: string[],
  port: number,
  folder: string,
  environment: Record<string, string>,
): Promise<Peer> {
  // The log goes to a file, because discarding it would cost less than a real log does.
  const log = openSync(path.join(folder, `${port}.log`), 'a')
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', log, log],
  })
  children.push(child)
  for (let tries = 0; !(await isListening(port)); tries++) {
    if (child.exitCode !== null || tries > 200)
      throw new Error(`${name} does not start: see ${folder}/${port}.log`)
    await sleep(50)
  }
  const isAuthenticating = name !== peerNames.bare && name !== peerNames.proxy
  return { name, port, pid: child.pid!, isAuthenticating }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
