import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'

/** The user that a Postgres server runs as. */
export interface PostgresUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Postgres refuses to run as root, so root runs it as another user: `postgres` where the machine has one, else
 * `nobody`, which every machine has. No user is made: that would outlast the checkout.
 *
 * @returns undefined where this process is not root, and Postgres runs as what this process is.
 */
export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const user = lookUp('postgres') ?? lookUp('nobody')
  if (!user)
    throw new Error('Postgres does not run as root, and there is no user postgres or nobody: add one')
  return user
}

function lookUp(name: string): PostgresUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) => {
    const { status, stdout } = spawnSync('id', [option, name], { encoding: 'utf8' })
    return status === 0 ? Number(stdout) : Number.NaN
  })
  return uid && gid ? { uid, gid } : undefined
}

/**
 * Whether the user may enter a folder or execute a file. The kernel is asked, as that user, so what counts is all that
 * counts there: each parent folder, access lists, mounts.
 */
export function mayReach(path: string, user: PostgresUser | undefined): boolean {
  if (user) return spawnSync('test', ['-x', path], { ...user, cwd: '/' }).status === 0
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
