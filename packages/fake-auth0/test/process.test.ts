import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const audience = 'https://api.exampleco.com/timesheets'

let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-process-'))
})

afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  child = undefined
  await rm(folder, { recursive: true })
})

function start(environment: Record<string, string>): ChildProcess {
  child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ISSUER_DATA_DIR: join(folder, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return child
}

async function lines(stream: NodeJS.ReadableStream): Promise<string[]> {
  const read: string[] = []
  for await (const line of createInterface({ input: stream })) read.push(line)
  return read
}

async function listening(issuer: ChildProcess): Promise<string> {
  const [first] = (await once(issuer.stdout!, 'data')) as [Buffer]
  const line = JSON.parse(first.toString()) as { listening: string; process: string }
  expect(line).toEqual({
    listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    process: 'issuer',
  })
  return line.listening
}

test('reports where it listens, reads its secret from a file, and exits with 0 on SIGTERM', async () => {
  await writeFile(join(folder, 'secret'), 'from-a-file\n')
  const issuer = start({
    ISSUER_URL: 'http://issuer:4321',
    CONTRACTOR_SYNC_CLIENT_SECRET_FILE: join(folder, 'secret'),
  })
  const base = await listening(issuer)
  const response = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'contractor-sync',
      client_secret: 'from-a-file',
      audience,
    }),
  })
  expect(response.status).toBe(200)
  const discovery = await (await fetch(`${base}/.well-known/openid-configuration`)).json()
  expect(discovery).toMatchObject({
    issuer: 'http://issuer:4321/',
    jwks_uri: 'http://issuer:4321/.well-known/jwks.json',
  })

  issuer.kill('SIGTERM')
  expect(await once(issuer, 'exit')).toEqual([0, null])
})

test('survives malformed requests, and writes one line to standard output', async () => {
  const issuer = start({})
  const output = lines(issuer.stdout!)
  const base = await listening(issuer)
  const { port } = new URL(base)
  for (const bytes of [
    '\0\0\0\r\n\r\n',
    'GET // HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /authorize?client_id[]=%ff&scope=%zz HTTP/1.1\r\nHost: ///\r\n\r\n',
    'GET /.well-known/openid-configuration HTTP/1.1\r\nHost: [::\r\n\r\n',
    'GET /login/%ff HTTP/1.1\r\nHost: x\r\nCookie: _interaction=%; _interaction.sig\r\n\r\n',
    'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    'POST /local/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull',
    'PATCH /userinfo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\n\r\n',
  ]) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {}).end(bytes)
    socket.resume()
    await once(socket, 'close')
  }
  expect((await fetch(`${base}/.well-known/jwks.json`)).status).toBe(200)
  issuer.kill('SIGTERM')
  expect(await once(issuer, 'exit')).toEqual([0, null])
  expect(await output).toHaveLength(1)
})

test.each([
  ['production', { NODE_ENV: 'production' }, /^The local issuer .*NODE_ENV=production\.$/],
  ['a URL that is not an origin', { ISSUER_URL: 'http://issuer/path' }, /ISSUER_URL/],
])('does not start with %s: exit code 2', async (_case, environment, message) => {
  const issuer = start(environment as Record<string, string>)
  const errors = lines(issuer.stderr!)
  expect((await once(issuer, 'exit'))[0]).toBe(2)
  expect((await errors).join('\n')).toMatch(message)
})
