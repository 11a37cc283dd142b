import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Child, type ChildEvents } from '../src/child.ts'

let folder: string
let logFile: string
let children: Child[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'child-'))
  logFile = path.join(folder, 'child.log')
  children = []
})

afterEach(async () => {
  for (const child of children) await child.stop()
  rmSync(folder, { recursive: true })
})

/** Creates a child that runs a source text. */
function createChild(source: string, events: Partial<ChildEvents> = {}): Child {
  const script = path.join(folder, 'child.mjs')
  writeFileSync(script, source)
  const child = new Child(
    {
      name: 'server',
      script,
      environment: { SERVER_PORT: '7001', SERVER_ADMIN_PORT: '7002' },
      portVariable: 'SERVER_PORT',
      adminPortVariable: 'SERVER_ADMIN_PORT',
      logFile,
    },
    { died() {}, returned() {}, ...events },
  )
  children.push(child)
  return child
}

const keepRunning = 'setInterval(() => {}, 60_000);'

test('writes no IPC message to the log, and makes the log readable for this user only', async () => {
  writeFileSync(logFile, 'of an earlier version\n', { mode: 0o644 })
  const child = createChild(
    `${keepRunning} console.log('starts'); process.send({ listening: 'postgresql://me:hidden@127.0.0.1:1/x' })`,
  )
  expect((await child.start()).url).toBe('postgresql://me:hidden@127.0.0.1:1/x')
  await child.stop()
  expect(readFileSync(logFile, 'utf8')).toBe('of an earlier version\nstarts\n')
  expect(statSync(logFile).mode & 0o777).toBe(0o600)
})

test.each([
  ['Port 7001 on 127.0.0.1 is taken by another process', '; set SERVER_PORT to use another'],
  ['Port 7002 on 127.0.0.1 is taken by another process', '; set SERVER_ADMIN_PORT to use another'],
  ['The disk is full', ''],
])('reports a failed start with its reason: %s%s', async (reason, advice) => {
  const child = createChild(`console.error(${JSON.stringify(reason)}); process.exit(1)`)
  await expect(child.start()).rejects.toThrow(`server did not start: ${reason}${advice}`)
})

test('passes TMPDIR on to the child', async () => {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const child = createChild(
      `import os from 'node:os'; ${keepRunning} process.send({ listening: 'http://x' + os.tmpdir() })`,
    )
    expect((await child.start()).url).toBe(`http://x${folder}`)
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
})

test('logs output that arrives after the process exited', async () => {
  const size = 1_000_000
  const died = Promise.withResolvers<void>()
  const child = createChild(
    `import { spawn } from 'node:child_process'
     // Inherits the pipes and writes to them after this process has exited.
     const last = "setTimeout(() => console.log('.'.repeat(${size}) + 'the end'), 500)"
     spawn(process.execPath, ['-e', last], { stdio: ['ignore', 'inherit', 'inherit'] })
     process.send({ listening: 'http://127.0.0.1:1' }, () => process.exit(1))`,
    { died: () => died.resolve() },
  )
  await child.start()
  await died.promise
  await child.stop()
  for (let tries = 0; tries < 100 && !readFileSync(logFile, 'utf8').includes('the end'); tries++)
    await sleep(50)
  expect(readFileSync(logFile, 'utf8')).toContain('the end')
})
