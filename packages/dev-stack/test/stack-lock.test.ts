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

test('a folder has one owner, until that gives it back', () => {
  const unlock = lockDataDir(dataDir)
  expect(lockOwner(dataDir)).toBe(process.pid)
  expect(() => lockDataDir(dataDir)).toThrow(
    `A stack is running already (process ${process.pid}), as ${file} says; end it with Ctrl-C first`,
  )
  unlock()
  expect(lockOwner(dataDir)).toBeUndefined()
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  ['a process that has ended', () => `${spawnSync('true').pid} 1\n`],
  ['a process whose pid another one has now', () => `${process.ppid} 1\n`],
  ['nobody', () => ''],
])('a lock of %s is taken over', (_whose, text) => {
  writeFileSync(file, text())
  const unlock = lockDataDir(dataDir)
  expect(lockOwner(dataDir)).toBe(process.pid)
  unlock()
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  ['none', undefined],
  ['a stale one', `${process.ppid} 1\n`],
])(
  'of starts at the same instant one gets it and the others are told so, where the lock was %s',
  async (_which, text) => {
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
    const said = await Promise.all(
      starts.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
    )
    for (const child of starts) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(said.toSorted()).toEqual([expect.stringMatching(/^A stack is running already/), 'got it'])
  },
)

test('a stack that was killed does not run, though its file is there', () => {
  writeStackFile(dataDir, { gateway: 'http://127.0.0.1:8080' } as StackFile)
  expect(() => readStackFile(dataDir)).toThrow('No stack is running here: start one with `npm start`')
  const unlock = lockDataDir(dataDir)
  expect(readStackFile(dataDir).gateway).toBe('http://127.0.0.1:8080')
  unlock()
})
