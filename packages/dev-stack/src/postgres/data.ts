import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { PostgresBinaries } from './binaries.ts'
import { mayReach, type PostgresUser, postgresUser } from './user.ts'

/** The superuser of every server that is started here. */
export const superuser = 'postgres'

/** Only this machine's users may read it (mode 0600, in the data folder), and the server listens on loopback only. */
const passwordFile = 'local-password'

/**
 * Where the data of a wished-for folder really lies: there, or under the temporary folder where the folder is in one
 * that is closed to the user that runs Postgres (a home of root).
 */
export async function dataFolder(wished: string, user = postgresUser()): Promise<string> {
  const absolute = path.resolve(wished)
  const parent = path.dirname(absolute)
  await mkdir(parent, { recursive: true })
  if (mayReach(parent, user)) return absolute
  if (!mayReach(tmpdir(), user)) {
    throw new Error(
      `neither ${parent} nor ${tmpdir()} is open to the user that runs Postgres (id ${user?.uid})`,
    )
  }
  const digest = createHash('sha256').update(absolute).digest('hex').slice(0, 12)
  return path.join(tmpdir(), `timesheets-postgres-data-${digest}`)
}

/**
 * Makes the folder a Postgres data folder, unless it is one: UTF-8, sorted by code point everywhere (the builtin
 * provider's `C.UTF-8`, the same on every operating system), with a password of its own.
 *
 * @param throwaway Skips what only matters when the machine may fail.
 * @returns the superuser's password.
 * @throws an Error of one line when the folder is of another major version, of another user, or something else.
 */
export async function prepareData(
  folder: string,
  binaries: PostgresBinaries,
  user: PostgresUser | undefined,
  throwaway: boolean,
): Promise<string> {
  const version = await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(absent)
  if (version === undefined) return initialise(folder, binaries, user, throwaway)
  if (Number(version) !== binaries.major) {
    throw new Error(
      `${folder} holds data of Postgres ${version.trim()}, and this is ${binaries.major}: remove the folder to start anew`,
    )
  }
  const owner = (await stat(folder)).uid
  if (user && owner !== user.uid) {
    throw new Error(
      `${folder} belongs to the user with id ${owner}, and Postgres runs as ${user.uid}: start as its owner or remove it`,
    )
  }
  return (await readFile(path.join(folder, passwordFile), 'utf8')).trim()
}

async function initialise(
  folder: string,
  { initdb }: PostgresBinaries,
  user: PostgresUser | undefined,
  throwaway: boolean,
): Promise<string> {
  const found = await readdir(folder).catch(absent)
  if (found && found.length > 0)
    throw new Error(`${folder} is not empty, and what it holds is not Postgres data`)

  // Made beside its place and then renamed: half a data folder, after a kill, would never start.
  const staging = `${folder}.new`
  const stagedPassword = `${staging}.password`
  await rm(staging, { recursive: true, force: true })
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
  await promisify(execFile)(initdb, options, { ...user, cwd: '/', env }).catch(
    (error: Error & { stderr?: string }) => {
      // Where it could not be run at all it has said nothing.
      const said = error.stderr?.trim() || error.message
      const reason = said.split('\n').find((line) => line.startsWith('initdb: error:'))
      throw new Error(`${folder} could not be made a Postgres data folder: ${reason ?? said}`)
    },
  )
  await rename(stagedPassword, path.join(staging, passwordFile))
  await rename(staging, folder)
  return password
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
