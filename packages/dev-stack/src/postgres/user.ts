import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'

/** The user that a Postgres server runs as. */
export interface PostgresUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Chooses the user to run Postgres as. Postgres refuses to run as root, so root runs it as `postgres`, or as `nobody`
 * when there is no such user. No user is created, because it would remain after the checkout is deleted.
 *
 * @returns undefined when this process is not root: Postgres then runs as the user of this process
 */
export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const user = findUser('postgres') ?? findUser('nobody')
  if (!user)
    throw new Error('Postgres does not run as root, and there is no user postgres or nobody. Add one.')
  return user
}

function findUser(name: string): PostgresUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) => {
    const { status, stdout } = spawnSync('id', [option, name], { encoding: 'utf8' })
    return status === 0 ? Number(stdout) : Number.NaN
  })
  return uid && gid ? { uid, gid } : undefined
}

/**
 * Returns true when the user can enter a folder or execute a file. The check runs `test -x` as that user, so it covers
 * the parent folders, access control lists and mount options.
 */
export function isReachable(path: string, user: PostgresUser | undefined): boolean {
  if (user) return spawnSync('test', ['-x', path], { ...user, cwd: '/' }).status === 0
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
