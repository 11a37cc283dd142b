import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { migrate } from '../../prisma/migrate.ts'
import { csvColumns } from './entries.ts'

/** Creates a database: empty, or as a copy of one that has rows. */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<string> {
  const server = new pg.Client({ connectionString: serverUrl })
  await server.connect()
  try {
    await server.query(`drop database if exists "${name}" with (force)`)
    const copy = template === undefined ? '' : ` template "${template}" strategy file_copy`
    await server.query(`create database "${name}"${copy}`)
  } finally {
    await server.end()
  }
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await migrate(url.href)
  return url.href
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl })
  await server.connect()
  await server.query(`drop database if exists "${name}" with (force)`)
  await server.end()
}

/** Indexes of `timesheets` beside the primary key and the identity, and those without which no list would work. */
export const indexSets = {
  'the same table': [],
  'with the indexes by user and by day only': ['source_day_id', 'updated_at', 'waiting_day_id_user_id'],
  'with primary key and identity only': [
    'source_day_id',
    'updated_at',
    'waiting_day_id_user_id',
    'user_id_day_id',
    'day_id',
  ],
} as const

/**
 * Copies a file into a staging table by psql and inserts from it, which is the fastest that the database can do. It is
 * rolled back, so that the next measurement finds the same table.
 * @param dropped indexes that the table does not have meanwhile
 * @returns seconds, of COPY and of INSERT
 */
export async function measureCopy(
  url: string,
  csv: string,
  dropped: readonly string[],
): Promise<{ copy: number; insert: number }> {
  const drops = dropped.map((name) => `drop index timesheets_${name}_idx;`).join('\n')
  const script = `\\set ON_ERROR_STOP on
    create unlogged table staged as select ${csvColumns} from timesheets limit 0;
    \\timing on
    \\copy staged from '${csv}' csv
    \\timing off
    begin;
    ${drops}
    \\timing on
    insert into timesheets (${csvColumns}, action, client_id) select ${csvColumns}, 'created', 'bench' from staged on conflict (source, external_id) do nothing;
    \\timing off
    rollback;
    drop table staged;
    vacuum timesheets;
    checkpoint;`
  const child = spawn('psql', [url, '-qX', '-f', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(script.replaceAll(/^\s+/gm, ''))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`psql ended with ${code}`)
  const [copy, insert] = [...output.matchAll(/Time: ([\d.]+) ms/g)].map((match) => Number(match[1]) / 1000)
  return { copy: copy!, insert: insert! }
}
