import { readFile } from 'node:fs/promises'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Project } from './project.ts'

/** Gateway and service under the memory limits of `k8s/base`, attacked by one client while another one works. */
const project = (await Project.create()).with({
  COMPOSE_FILE: 'docker-compose.yml:compose/kubernetes-limits.yaml',
})
/** A bound for a hanging request, and no measure: how long the others wait is printed, since machines differ. */
const maxWaitMs = 30_000
const attacked = ['gateway', 'timesheets-service'] as const
const sockets: Socket[] = []
const requests: ClientRequest[] = []
const started = new Map<string, { readonly id: string; readonly pid: number }>()
let ann: string
let maya: string

beforeAll(async () => {
  await project.compose('build', '--quiet')
  await project.compose('up', '--detach', '--wait')
  ann = await requestToken('ann@exampleco.com')
  maya = await requestToken('maya@exampleco.com')
  await uploadLongEntries('ann@exampleco.com', 3000)
  for (const name of attacked) started.set(name, await inspect(name))
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const request of requests.splice(0)) request.destroy()
  await sleep(500)
})

afterAll(() => project.remove())

/** A token that the stand-in for Auth0 signs for a person. */
async function requestToken(person: string): Promise<string> {
  const script = `fetch('http://127.0.0.1:' + process.env.ISSUER_PORT + '/local/tokens', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ claims: {
      sub: 'auth0|' + ${JSON.stringify(person)}, azp: 'web', 'https://api.exampleco.com/email': ${JSON.stringify(person)},
      scope: 'create:timesheets read:timesheets read:reports approve:timesheets' } }),
  }).then((response) => response.json()).then((body) => console.log(body.access_token))`
  const { stdout } = await project.compose('exec', '-T', 'issuer', '/nodejs/bin/node', '-e', script)
  return stdout.trim()
}

/** Uploads entries with notes of the maximum length, so that a page takes a megabyte. */
async function uploadLongEntries(person: string, count: number): Promise<void> {
  const token = await project.token()
  for (let first = 0; first < count; first += 500) {
    const items = Array.from({ length: 500 }, (_, i) => ({
      user_id: person,
      date: `2026-0${1 + (i % 9)}-10`,
      project: 'StoreZero',
      hours: 5,
      notes: 'é'.repeat(2000),
      external_id: `long-${first + i}`,
    }))
    const { status } = await project.upload(token, items)
    expect(status).toBe(200)
  }
}

async function inspect(name: string): Promise<{ id: string; pid: number }> {
  const { Id, State } = await project.container(name)
  return { id: Id, pid: (State as unknown as { Pid: number }).Pid }
}

/** Peak memory of the processes of a container so far, in MB; the container runs an init process and node. */
async function readPeakMegabytes(name: string): Promise<number> {
  const { stdout } = await project.docker('top', started.get(name)!.id, '-eo', 'pid')
  const pids = stdout.match(/\d+/g) ?? []
  const peaks = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1000
    }),
  )
  return Math.round(Math.max(...peaks))
}

/** Checks that nothing restarted and that another person is served, and prints how long it took and the peak memory. */
async function expectOthersAreServed(attack: string): Promise<void> {
  const times: number[] = []
  const send = async (status: number, method: string, path: string, body?: object) => {
    const startedAt = performance.now()
    const response = await fetch(`${project.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${maya}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(maxWaitMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(response.status).toBe(status)
    await response.arrayBuffer()
    times.push(performance.now() - startedAt)
  }
  for (let i = 0; i < 10; i++) {
    await send(200, 'GET', '/timesheets?limit=10')
    await send(201, 'POST', '/timesheets', { date: '2026-05-10', project: 'StoreZero', hours: 1 })
  }
  const peaks: string[] = []
  for (const name of attacked) {
    expect(await inspect(name)).toEqual(started.get(name))
    peaks.push(`${name} ${await readPeakMegabytes(name)} MB`)
  }
  const slowest = Math.round(Math.max(...times))
  process.stderr.write(
    `${attack}: another person waited ${slowest} ms at most for a response; peak memory: ${peaks.join(', ')}\n`,
  )
}

/** Opens a connection that sends bytes and reads nothing. */
function open(bytes: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(project.port, '127.0.0.1', () => {
      socket.write(bytes)
      socket.pause()
      resolve(socket)
    })
    sockets.push(socket.on('error', () => undefined))
  })
}

function head(
  method: string,
  target: string,
  token: string,
  headers: Record<string, string | number> = {},
): string {
  const lines = Object.entries({ host: 'x', authorization: `Bearer ${token}`, ...headers })
  return `${method} ${target} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`
}

/** Tokens with a key id that no key set has, and with the right issuer and audience or without. */
function unknownKeyTokens(): string[] {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [, payload] = ann.split('.')
  return [
    `${encode({ alg: 'RS256', kid: 'made-up' })}.${encode({})}.AAAA`,
    `${encode({ alg: 'RS256', kid: 'made-up' })}.${payload}.AAAA`,
  ]
}

/** Pipelined requests with tokens that name an unknown key. */
async function pipelineUnknownKeys(): Promise<void> {
  for (const token of unknownKeyTokens()) {
    const one = head('GET', '/timesheets', token)
    await Promise.all(Array.from({ length: 5 }, () => open(one.repeat(5000))))
  }
}

/** Exports and lists that the client does not read, and exports that it reads as fast as it can. */
async function readSlowlyAndAtOnce(): Promise<void> {
  await Promise.all([
    ...Array.from({ length: 40 }, () => open(head('GET', '/timesheets', ann, { accept: 'text/csv' }))),
    ...Array.from({ length: 20 }, () =>
      open(head('GET', '/timesheets?user_id=*', ann, { accept: 'application/x-ndjson' })),
    ),
    ...Array.from({ length: 100 }, () => open(head('GET', '/timesheets?limit=500', ann))),
  ])
  for (let i = 0; i < 40; i++) {
    const headers = { authorization: `Bearer ${ann}`, accept: 'application/x-ndjson' }
    const request = httpRequest(`${project.url}/timesheets`, { headers, agent: false })
    request.on('response', (response: IncomingMessage) => response.on('error', () => undefined).resume())
    requests.push(request.on('error', () => undefined).end())
  }
}

/** Request bodies that stop before their end. */
async function stallBodies(): Promise<void> {
  const stalled = head('POST', '/timesheets', ann, {
    'content-type': 'application/json',
    'content-length': 65_000,
  })
  await Promise.all(Array.from({ length: 200 }, () => open(stalled + ' '.repeat(60_000))))
}

/** Requests that each cause much work. */
async function multiplyWork(): Promise<void> {
  const ids = JSON.stringify({ ids: Array.from({ length: 1000 }, (_, i) => i + 1) })
  const approve = head('PUT', '/approvals', ann, {
    'content-type': 'application/json',
    'content-length': ids.length,
  })
  await Promise.all([
    ...Array.from({ length: 20 }, () => open(approve + ids)),
    ...Array.from({ length: 40 }, () =>
      open(head('GET', '/reports/hours?group_by=user,project,day,source', ann)),
    ),
    ...Array.from({ length: 40 }, () =>
      open(head('GET', `/timesheets?limit=500&as_of=2026-09-01T00:00:00Z&project=${'x'.repeat(200)}`, ann)),
    ),
  ])
}

test.each([
  ['10,000 pipelined requests with unknown keys on each of 10 connections', pipelineUnknownKeys],
  ['200 exports and lists that are not read, or read at once', readSlowlyAndAtOnce],
  ['200 stalled bodies', stallBodies],
  ['requests that multiply work', multiplyWork],
  [
    'all of them together',
    async () => {
      await Promise.all([pipelineUnknownKeys(), readSlowlyAndAtOnce(), stallBodies(), multiplyWork()])
    },
  ],
])('stays alive and serves others under %s', async (attack, run) => {
  await run()
  await expectOthersAreServed(attack)
})
