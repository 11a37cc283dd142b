import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { checkWhole, openCopy } from '../src/postgres/copy.ts'
import { prepareData } from '../src/postgres/data.ts'

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

test('an installed Postgres that is not whole is told by what it lacks', async () => {
  await checkWhole(installed)
  const program = path.join(installed, 'bin/postgres')
  chmodSync(program, 0o644)
  await expect(checkWhole(installed)).rejects.toThrow(`${program} cannot be used (EACCES): run npm ci`)
  rmSync(program)
  await expect(checkWhole(installed)).rejects.toThrow(`${program} is missing: run npm ci`)
})

test('a copy is used again while it has all that is installed, and made anew where it lacks something', async () => {
  const copy = await openCopy(installed, version)
  const mark = path.join(copy, 'mark')
  writeFileSync(mark, '')
  expect(await openCopy(installed, version)).toBe(copy)
  expect(existsSync(mark)).toBe(true)

  mkdirSync(path.join(installed, 'share/extension'))
  writeFileSync(path.join(installed, 'share/extension/plpgsql.control'), '')
  expect(await openCopy(installed, version)).toBe(copy)
  expect(existsSync(path.join(copy, 'share/extension/plpgsql.control'))).toBe(true)
  expect(existsSync(mark)).toBe(false)
})

test('an initdb that cannot be run is told with the reason', async () => {
  const binaries = { postgres: '/nowhere/postgres', initdb: '/nowhere/initdb', major: 18 }
  await expect(prepareData(path.join(folder, 'data'), binaries, undefined, true)).rejects.toThrow(
    /could not be made a Postgres data folder: .*\/nowhere\/initdb ENOENT/,
  )
})
