import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readStackFile, type StackFile, writeStackFile } from '../src/stack-file.ts'
import { lockDataDir, lockOwner } from '../src/stack-lock.ts'

const module = fileURLToPath(new URL('../src/stack-lock.ts', import.meta.url))

let dataDir: string
let file: string

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'stack-lock-'))
  file = path.join(dataDir, 'stack.pid')
})

afterEach(() => rmSync(dataDir, { recursive: true }))

test('a data folder has one owner until the lock is released', () => {
  const unlock = lockDataDir(dataDir)
  expect(lockOwner(dataDir)).toBe(process.pid)
  expect(() => lockDataDir(dataDir)).toThrow(
    `A stack is already running (process ${process.pid}). Stop it with Ctrl-C first.\nIts lock: ${file}`,
  )
  unlock()
  expect(lockOwner(dataDir)).toBeUndefined()
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  ['belongs to a process that has ended', () => `${spawnSync('true').pid} 1\n`],
  ['contains a reused pid', () => `${process.ppid} 1\n`],
  ['is empty', () => ''],
])('takes over a lock that %s', (_state, text) => {
  writeFileSync(file, text())
  const unlock = lockDataDir(dataDir)
  expect(lockOwner(dataDir)).toBe(process.pid)
  unlock()
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  ['no lock', undefined],
  ['a stale lock', `${process.ppid} 1\n`],
])(
  'of two simultaneous starts one gets the lock and the other reports the running stack: %s before',
  async (_before, text) => {
    if (text !== undefined) writeFileSync(file, text)
    const at = Date.now() + 1_500
    const source = `
    const { lockDataDir } = await import(${JSON.stringify(module)})
    while (Date.now() < ${at}) {}
    try { lockDataDir(${JSON.stringify(dataDir)}); console.log('got it') } catch (error) { console.log(error.message) }
    setTimeout(() => {}, 60_000)`
    const starts = Array.from({ length: 2 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', source], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    const outputs = await Promise.all(
      starts.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
    )
    for (const child of starts) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(outputs.toSorted()).toEqual([expect.stringMatching(/^A stack is already running/), 'got it'])
  },
)

test('readStackFile ignores the file of a stack that was killed', () => {
  writeStackFile(dataDir, { gateway: 'http://127.0.0.1:8080' } as StackFile)
  expect(() => readStackFile(dataDir)).toThrow('No stack is running. Start one with `npm start`')
  const unlock = lockDataDir(dataDir)
  expect(readStackFile(dataDir).gateway).toBe('http://127.0.0.1:8080')
  unlock()
})
