import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { PostgresBinaries } from './binaries.ts'
import { isReachable, type PostgresUser, postgresUser } from './user.ts'

/** The superuser of every embedded server. */
export const superuser = 'postgres'

/** The file in the data folder with the superuser's password (mode 0600). The server listens on loopback only. */
const passwordFile = 'local-password'

/**
 * Returns the folder to keep data in: `requested`, or a fixed folder under the temporary folder when `requested` is
 * under a folder that the user that runs Postgres cannot enter, such as root's home.
 */
export async function resolveDataDir(requested: string, user = postgresUser()): Promise<string> {
  const absolute = path.resolve(requested)
  const parent = path.dirname(absolute)
  await mkdir(parent, { recursive: true })
  if (isReachable(parent, user)) return absolute
  if (!isReachable(tmpdir(), user)) {
    throw new Error(
      `The user that runs Postgres (uid ${user?.uid}) can enter neither ${parent} nor ${tmpdir()}.`,
    )
  }
  const digest = createHash('sha256').update(absolute).digest('hex').slice(0, 12)
  return path.join(tmpdir(), `timesheets-postgres-data-${digest}`)
}

/**
 * Runs initdb in the folder unless it is a Postgres data folder already. The encoding is UTF-8; text sorts by code
 * point, the same on every operating system (`C.UTF-8` of the builtin provider). Each folder gets a random password.
 *
 * @param throwaway skips syncs and checksums, for data that need not survive a power failure
 * @returns the superuser's password
 * @throws {Error} with one line, when the folder is of another major version or another user, or holds other files
 */
export async function prepareDataDir(
  folder: string,
  binaries: PostgresBinaries,
  user: PostgresUser | undefined,
  throwaway: boolean,
): Promise<string> {
  const version = await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(ignoreMissing)
  if (version === undefined) return initialize(folder, binaries, user, throwaway)
  if (Number(version) !== binaries.major) {
    throw new Error(
      `${folder} contains data of Postgres ${version.trim()}, but this is Postgres ${binaries.major}. ` +
        'Remove the folder to start with an empty database.',
    )
  }
  const owner = (await stat(folder)).uid
  if (user && owner !== user.uid) {
    throw new Error(
      `${folder} belongs to uid ${owner}, but Postgres runs as uid ${user.uid}. Start as its owner, or remove it.`,
    )
  }
  return (await readFile(path.join(folder, passwordFile), 'utf8')).trim()
}

async function initialize(
  folder: string,
  { initdb }: PostgresBinaries,
  user: PostgresUser | undefined,
  throwaway: boolean,
): Promise<string> {
  const found = await readdir(folder).catch(ignoreMissing)
  if (found && found.length > 0) throw new Error(`${folder} is not empty and does not contain Postgres data.`)

  // initdb runs in a sibling folder that is then renamed: a kill must not leave half a data folder behind. Each start has
  // its own, because the initdb of a killed start may still write into the last one.
  const prefix = `${path.basename(folder)}.new.`
  const parent = path.dirname(folder)
  for (const left of (await readdir(parent)).filter((name) => name.startsWith(prefix))) {
    await rm(path.join(parent, left), { recursive: true, force: true }).catch(() => {}) // not empty: still being written
  }
  const staging = path.join(parent, `${prefix}${randomBytes(6).toString('hex')}`)
  const stagedPassword = `${staging}.password`
  await mkdir(staging, { recursive: true, mode: 0o700 })
  const password = randomBytes(18).toString('base64url')
  await writeFile(stagedPassword, `${password}\n`, { mode: 0o600 })
  if (user) for (const file of [staging, stagedPassword]) await chown(file, user.uid, user.gid)

  const options = [
    `--pgdata=${staging}`,
    `--username=${superuser}`,
    `--pwfile=${stagedPassword}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(throwaway ? ['--no-sync', '--no-data-checksums'] : []),
  ]
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const running = promisify(execFile)(initdb, options, { ...user, cwd: '/', env })
  const stopOnExit = () => running.child.kill('SIGTERM')
  process.once('exit', stopOnExit)
  try {
    await running
  } catch (error) {
    // stderr is empty when initdb could not be started at all.
    const output = (error as { stderr?: string }).stderr?.trim() || (error as Error).message
    const reason = output.split('\n').find((line) => line.startsWith('initdb: error:'))
    throw new Error(`initdb could not create the data folder ${folder}: ${reason ?? output}`)
  } finally {
    process.off('exit', stopOnExit)
  }
  await rename(stagedPassword, path.join(staging, passwordFile))
  await rename(staging, folder)
  return password
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
