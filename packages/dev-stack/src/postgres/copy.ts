import { spawnSync } from 'node:child_process'
import { access, chmod, constants, cp, lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The parts of an installed Postgres. */
const parts = ['bin', 'lib', 'share']
const programs = ['bin/postgres', 'bin/initdb']

/** @throws an Error of one line where a program or a part of an installed Postgres is missing */
export async function checkWhole(folder: string): Promise<void> {
  const needed = [
    ...programs.map((name) => [name, constants.X_OK] as const),
    ...parts.map((name) => [name, constants.R_OK] as const),
  ]
  for (const [name, mode] of needed) {
    await access(path.join(folder, name), mode).catch((error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? 'is missing' : `cannot be used (${error.code})`
      throw new Error(`${path.join(folder, name)} ${what}: run npm ci, which installs Postgres again`)
    })
  }
}

/**
 * A copy of an installed Postgres under the temporary folder that every user may read, made once for each version, and
 * again where it lacks what the installed one has.
 */
export async function openCopy(folder: string, version: string): Promise<string> {
  const target = path.join(tmpdir(), `timesheets-postgres-${version}`)
  if (await isOurs(target)) {
    if (await holdsAll(target, folder)) return target
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
    if (!(await isOurs(target))) throw error // else another process was faster
  }
  return target
}

/** The temporary folder is everybody's: what another user put there under this name is not run. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  if (!found) return false
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return true
  throw new Error(`${folder} should hold our copy of Postgres but is somebody else's: remove it`)
}

/** By their names: a copy comes into place whole, but what it was made of may not have been. */
async function holdsAll(copy: string, folder: string): Promise<boolean> {
  for (const part of parts) {
    const copied = new Set(await readdir(path.join(copy, part), { recursive: true }).catch(() => []))
    const installed = await readdir(path.join(folder, part), { recursive: true })
    if (!installed.every((name) => copied.has(name))) return false
  }
  return true
}
