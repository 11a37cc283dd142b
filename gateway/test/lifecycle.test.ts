import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  audience,
  identitySecret,
  type StartedIssuer,
  startIssuer,
  startService,
  uploadPath,
} from './gateway-fixture.ts'
import { RawConnection, uploadHead } from './raw-connection.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const children: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
let issuer: StartedIssuer
let token: string

beforeAll(async () => {
  issuer = await startIssuer()
  token = await issuer.token()
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

afterAll(() => rmSync(folder, { recursive: true }))

const environmentFor = (serviceUrl: string, more: Record<string, string> = {}) => ({
  PATH: process.env.PATH!,
  GATEWAY_PORT: '0',
  SERVICE_URL: serviceUrl,
  AUTH0_ISSUER: issuer.issuer,
  AUTH0_AUDIENCE: audience,
  ALLOW_HTTP_ISSUER: 'true',
  IDENTITY_SECRET: identitySecret.reveal(),
  DRAIN_WAIT_MS: '0',
  ...more,
})

/** The gateway as a process of its own, as it runs everywhere but in tests. */
function run(environment: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const said = { out: '', err: '' }
  child.stderr!.on('data', (chunk) => {
    said.err += chunk
  })
  const listening = new Promise<{ listening: string; admin: string }>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said.out += `${line}\n`
      if (line.includes('"listening"')) resolve(JSON.parse(line))
    })
  })
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  return { child, said, listening, exited }
}

const readiness = async (admin: string) => (await fetch(`${admin}/readyz`)).status

async function untilUnready(admin: string): Promise<void> {
  while ((await readiness(admin)) === 200) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A service that holds its responses until `release`; `arrived` resolves with the first request. */
async function startHoldingService() {
  const arrived = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const { url } = await startService(async (request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/plain' }).write('first,')
    arrived.resolve()
    await release.promise
    response.end('last')
  })
  return { url, arrived: arrived.promise, release: release.resolve }
}

test('SIGTERM makes it not ready at once, while it serves new requests for the wait', async () => {
  const service = await startHoldingService()
  const { child, listening } = run(environmentFor(service.url, { DRAIN_WAIT_MS: '60000' }))
  const { listening: url, admin } = await listening
  expect(await readiness(admin)).toBe(200)
  const running = fetch(url + uploadPath, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  await service.arrived

  child.kill('SIGTERM')
  await untilUnready(admin)
  expect(await (await fetch(`${admin}/readyz`)).json()).toMatchObject({
    problems: { draining: expect.any(String) },
  })
  expect((await fetch(`${admin}/healthz`)).status).toBe(200)
  const meanwhile = await fetch(`${url}/none`)
  expect(meanwhile.status).toBe(404)
  expect(meanwhile.headers.get('connection')).toBe('close')

  service.release()
  expect(await (await running).text()).toBe('first,last')
})

test('lets a running request finish after the wait, and then exits with 0', async () => {
  const service = await startHoldingService()
  const { child, listening, exited, said } = run(environmentFor(service.url))
  const { listening: url, admin } = await listening
  const connection = new RawConnection(url)
  await connection.send(uploadHead(token, ['Content-Length: 0']))
  await connection.waitFor(/first,/)
  child.kill('SIGTERM')
  await untilUnready(admin)
  // The port is closed by then, or about to be: no new connection gets an answer.
  let refused = false
  while (!refused)
    refused = await fetch(`${url}/none`)
      .then(() => false)
      .catch(() => true)
  service.release()
  expect(await connection.readToEnd()).toMatch(/first,.*last.*\r\n0\r\n\r\n$/s)
  expect(await exited).toEqual({ code: 0, signal: null })
  expect(said.err).toBe('')
})

test('cuts running requests at the deadline and exits', async () => {
  const service = await startHoldingService()
  const { child, listening, exited } = run(environmentFor(service.url, { DRAIN_DEADLINE_MS: '100' }))
  const { listening: url } = await listening
  const connection = new RawConnection(url)
  await connection.send(uploadHead(token, ['Content-Length: 0']))
  await connection.waitFor(/first,/)
  child.kill('SIGTERM')
  expect(await connection.readToEnd()).not.toMatch(/\r\n0\r\n\r\n$/)
  expect(await exited).toEqual({ code: 0, signal: null })
})

test('exits although a connection is idle', async () => {
  const service = await startService()
  const { child, listening, exited } = run(environmentFor(service.url))
  const connection = new RawConnection((await listening).listening)
  await connection.send('GET /none HTTP/1.1\r\nHost: x\r\n\r\n')
  await connection.waitFor(/404/)
  child.kill('SIGINT')
  expect(await exited).toEqual({ code: 0, signal: null })
})

test('exits at once on a second signal', async () => {
  const service = await startHoldingService()
  const { child, listening, exited } = run(environmentFor(service.url, { DRAIN_WAIT_MS: '60000' }))
  const { listening: url, admin } = await listening
  const connection = new RawConnection(url)
  await connection.send(uploadHead(token, ['Content-Length: 0']))
  await connection.waitFor(/first,/)
  child.kill('SIGTERM')
  await untilUnready(admin)
  child.kill('SIGTERM')
  expect(await exited).toEqual({ code: 1, signal: null })
})

test('prints one line and exits with 1 if a port is taken', async () => {
  const { url } = await startService()
  const { port } = new URL(url)
  for (const variable of ['GATEWAY_PORT', 'GATEWAY_ADMIN_PORT']) {
    const { exited, said } = run(environmentFor(url, { [variable]: port }))
    expect(await exited).toEqual({ code: 1, signal: null })
    expect(said.err).toBe(`Port ${port} on 127.0.0.1 is taken by another process\n`)
    expect(said.out).toBe('')
  }
})

describe('configuration', () => {
  test('reports all invalid settings in one log line without a stack, and exits with 2', async () => {
    const { exited, said } = run({ PATH: process.env.PATH!, GATEWAY_PORT: 'x', IDENTITY_SECRET: 'hunter2' })
    expect(await exited).toEqual({ code: 2, signal: null })
    for (const name of ['GATEWAY_PORT', 'SERVICE_URL', 'IDENTITY_SECRET', 'AUTH0_AUDIENCE', 'AUTH0_DOMAIN']) {
      expect(said.err).toContain(` ${name}: `)
    }
    expect(said.err).toMatch(/^[^\n]+\n$/)
    expect(JSON.parse(said.err)).toMatchObject({ level: 'fatal', msg: expect.stringContaining('5 errors') })
    expect(said.err).not.toMatch(/hunter2|\.ts|node:/)
  })

  test('is logged completely, without its secret, which may come from a file', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, `${identitySecret.reveal()}\n`)
    const { url } = await startService()
    const { IDENTITY_SECRET: _secret, ...environment } = environmentFor(url, {
      IDENTITY_SECRET_FILE: file,
      LOG_LEVEL: 'debug',
    })
    const { child, listening, exited, said } = run(environment)
    const { listening: at } = await listening
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(at + uploadPath, { method: 'POST', headers })).status).toBe(200)
    child.kill('SIGTERM')
    await exited
    expect(said.out).toContain('"identitySecret":"[secret]"')
    expect(said.out).toContain(`"auth0Audience":"${audience}"`)
    expect(said.out + said.err).not.toContain(identitySecret.reveal())
    expect(said.out + said.err).not.toContain(token)
  })
})
