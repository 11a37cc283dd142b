import { spawnSync } from 'node:child_process'
import { access, chmod, constants, cp, lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The folders of a Postgres installation. */
const parts = ['bin', 'lib', 'share']
const programs = ['bin/postgres', 'bin/initdb']

/** @throws {Error} with one line, when a program or a folder of the installation is missing or not accessible */
export async function checkComplete(folder: string): Promise<void> {
  const needed = [
    ...programs.map((name) => [name, constants.X_OK] as const),
    ...parts.map((name) => [name, constants.R_OK] as const),
  ]
  for (const [name, mode] of needed) {
    await access(path.join(folder, name), mode).catch((error: NodeJS.ErrnoException) => {
      const problem = error.code === 'ENOENT' ? 'is missing' : `cannot be used (${error.code})`
      throw new Error(`${path.join(folder, name)} ${problem}. Run npm ci, which installs Postgres again.`)
    })
  }
}

/**
 * Returns a copy of a Postgres installation that every user can read, under the temporary folder. The copy is made once
 * per version, and again when it lacks files of the installation.
 */
export async function openReadableCopy(folder: string, version: string): Promise<string> {
  const target = path.join(tmpdir(), `timesheets-postgres-${version}`)
  if (await isOwnFolder(target)) {
    if (await isCopyComplete(target, folder)) return target
    await rm(target, { recursive: true })
  }

  const staging = await mkdtemp(`${target}-`)
  await chmod(staging, 0o755)
  for (const part of parts) {
    await cp(path.join(folder, part), path.join(staging, part), { recursive: true, verbatimSymlinks: true })
  }
  spawnSync('chmod', ['-R', 'a+rX', staging])
  try {
    await rename(staging, target)
  } catch (error) {
    await rm(staging, { recursive: true })
    if (!(await isOwnFolder(target))) throw error // otherwise another process was faster, and its copy is used
  }
  return target
}

/** Every user can write to the temporary folder, so programs that another user put there must not be run. */
async function isOwnFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  if (!found) return false
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return true
  throw new Error(`${folder} should contain a copy of Postgres, but another user can write to it. Remove it.`)
}

/** Compares file names: the rename makes a copy atomic, but the installation may have been incomplete when copied. */
async function isCopyComplete(copy: string, folder: string): Promise<boolean> {
  for (const part of parts) {
    const copied = new Set(await readdir(path.join(copy, part), { recursive: true }).catch(() => []))
    const installed = await readdir(path.join(folder, part), { recursive: true })
    if (!installed.every((name) => copied.has(name))) return false
  }
  return true
}
