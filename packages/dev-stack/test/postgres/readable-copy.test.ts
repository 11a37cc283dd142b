import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { prepareDataDir } from '../../src/postgres/data.ts'
import { checkComplete, openReadableCopy } from '../../src/postgres/readable-copy.ts'

let folder: string
let installed: string
let version: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'postgres-copy-test-'))
  version = path.basename(folder)
  installed = path.join(folder, 'native')
  for (const part of ['bin', 'lib', 'share']) mkdirSync(path.join(installed, part), { recursive: true })
  for (const program of ['postgres', 'initdb'])
    writeFileSync(path.join(installed, 'bin', program), '', { mode: 0o755 })
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  rmSync(path.join(tmpdir(), `timesheets-postgres-${version}`), { recursive: true, force: true })
})

test('names the missing or unusable program of an incomplete installation', async () => {
  await checkComplete(installed)
  const program = path.join(installed, 'bin/postgres')
  chmodSync(program, 0o644)
  await expect(checkComplete(installed)).rejects.toThrow(`${program} cannot be used (EACCES). Run npm ci`)
  rmSync(program)
  await expect(checkComplete(installed)).rejects.toThrow(`${program} is missing. Run npm ci`)
})

test('reuses a complete copy, and replaces a copy that lacks installed files', async () => {
  const copy = await openReadableCopy(installed, version)
  const mark = path.join(copy, 'mark')
  writeFileSync(mark, '')
  expect(await openReadableCopy(installed, version)).toBe(copy)
  expect(existsSync(mark)).toBe(true)

  mkdirSync(path.join(installed, 'share/extension'))
  writeFileSync(path.join(installed, 'share/extension/plpgsql.control'), '')
  expect(await openReadableCopy(installed, version)).toBe(copy)
  expect(existsSync(path.join(copy, 'share/extension/plpgsql.control'))).toBe(true)
  expect(existsSync(mark)).toBe(false)
})

test('reports why initdb could not be run', async () => {
  const binaries = { postgres: '/nowhere/postgres', initdb: '/nowhere/initdb', major: 18 }
  await expect(prepareDataDir(path.join(folder, 'data'), binaries, undefined, true)).rejects.toThrow(
    /initdb could not create the data folder .*\/data: .*\/nowhere\/initdb ENOENT/,
  )
})
