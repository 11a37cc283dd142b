import { maxRejectionBytes, maxRejections, type Rejection } from '@timesheets/contracts/sync-run'
import { DomainError } from '../../domain/domain-error.ts'
import type { NewRejection } from '../../domain/sync-run-store.ts'
import { Prisma } from '../generated/client.ts'

interface Row {
  readonly id: bigint
  readonly origin: Rejection['origin']
  readonly external_id: string | null
  readonly problem: Rejection['problem']
  readonly sent: unknown
  readonly rejected_at: Date
}

/** The column that counts the rejections of each origin. */
const counters = { sync: Prisma.raw('reported_rejections'), api: Prisma.raw('api_rejections') }

/**
 * Keeps rejections of a run, each once. The transaction must have renewed the lease of the run, so that no other one counts
 * at the same time. Of the API's own rejections, those above the limit are not kept.
 * @returns how many were not kept before
 * @throws {DomainError} `too-many-rejections` for those that the sync reports
 */
export async function insertRejections(
  transaction: Prisma.TransactionClient,
  runId: number,
  origin: Rejection['origin'],
  rejections: readonly NewRejection[],
): Promise<number> {
  if (rejections.length === 0) return 0
  const counter = counters[origin]
  const room = Prisma.sql`${maxRejections}::int - (select ${counter} from sync_runs where id = ${runId}::bigint)`
  const limit = origin === 'api' ? Prisma.sql`greatest(0, ${room})` : Prisma.sql`null`
  const [{ kept, total }] = await transaction.$queryRaw<[{ kept: number; total: number }]>(Prisma.sql`
    with rejection as (
      select external_id, problem, sent, position,
             sha256(convert_to(concat_ws(' ', ${origin}::text, to_json(external_id)::text, problem, sent), 'UTF8')) as hash
        from unnest(
          ${rejections.map(({ externalId }) => toStorable(externalId))}::text[],
          ${rejections.map(({ problem }) => toBoundedProblem(problem))}::text[],
          ${rejections.map(({ sent }) => toBoundedJson(sent))}::text[]
        ) with ordinality as rejection (external_id, problem, sent, position)
    ), new_rejection as (
      select distinct on (hash) * from rejection
       where not exists (select from sync_rejections where sync_run_id = ${runId}::bigint and hash = rejection.hash)
       order by hash, position
    ), inserted as (
      insert into sync_rejections (sync_run_id, origin, external_id, problem, sent, hash)
      select ${runId}::bigint, ${origin}, external_id, problem::json, sent::json, hash from new_rejection
       order by position limit ${limit}
          on conflict do nothing
      returning 1
    )
    update sync_runs set ${counter} = ${counter} + (select count(*) from inserted)
     where id = ${runId}::bigint
    returning (select count(*) from inserted)::int as kept, ${counter} as total`)
  if (total <= maxRejections) return kept
  throw new DomainError(
    'too-many-rejections',
    `A sync run may report at most ${maxRejections} rejections; correct their cause first`,
    { details: { max_items: maxRejections } },
  )
}

/** Reads rejections of a run, oldest first. */
export async function selectRejections(
  client: Prisma.TransactionClient,
  runId: number,
  after: number | undefined,
  limit: number,
): Promise<Rejection[]> {
  const rows = await client.$queryRaw<Row[]>(Prisma.sql`
    select id, origin, external_id, problem, sent, rejected_at from sync_rejections
     where sync_run_id = ${runId}::bigint and id > ${after ?? 0}::bigint
     order by id limit ${limit}::int`)
  return rows.map(({ id, external_id: externalId, sent, rejected_at: rejectedAt, ...row }) => ({
    id: Number(id),
    origin: row.origin,
    ...(externalId === null ? {} : { external_id: externalId }),
    problem: row.problem,
    ...(sent === null ? {} : { sent }),
    rejected_at: rejectedAt.toISOString(),
  }))
}

/** Rejections that one statement deletes: a short transaction. */
const maxDeleted = 1000

/** Deletes some rejections that are older than this; those that another replica deletes at the moment are left to it. */
export async function deleteOldRejections(client: Prisma.TransactionClient, days: number): Promise<boolean> {
  const deleted = await client.$executeRaw(Prisma.sql`
    delete from sync_rejections where id in (
      select id from sync_rejections where rejected_at < now() - ${days}::int * interval '1 day'
       order by rejected_at limit ${maxDeleted}::int for update skip locked)`)
  return deleted === maxDeleted
}

/** Null for an id that Postgres cannot store. A longer one than an id may be is cut. */
function toStorable(id: string | null): string | null {
  return id === null || id.includes('\0') || !id.isWellFormed() ? null : [...id].slice(0, 256).join('')
}

/** Levels that are kept of a value that is nested too deeply to be serialized. */
const maxDepth = 1000

/**
 * A JSON text of at most `maxRejectionBytes`. A longer one becomes a string, the start of the text, and so does one that is
 * nested too deeply: `JSON.stringify` overflows the stack at some thousand levels, which `JSON.parse` accepts.
 */
function toBoundedJson(value: unknown): string | null {
  let json: string | undefined
  try {
    json = JSON.stringify(value)
    if (json === undefined || Buffer.byteLength(json) <= maxRejectionBytes) return json ?? null
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    json = JSON.stringify(cutDepth(value, maxDepth))
  }
  // As a string, each quote and backslash takes two bytes.
  const start = Buffer.from(json).subarray(0, maxRejectionBytes / 2 - 4)
  return JSON.stringify(start.toString())
}

function cutDepth(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return '…'
  if (Array.isArray(value)) return value.map((item) => cutDepth(item, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutDepth(item, depth - 1)]))
}

/** The longest detail of a problem that is too long: a character takes at most six bytes of JSON. */
const maxDetailLength = 500

/** A problem as a JSON text of at most `maxRejectionBytes`. A longer one keeps its standard fields only, and the start of its detail. */
function toBoundedProblem(problem: NewRejection['problem']): string {
  const json = JSON.stringify(problem)
  if (Buffer.byteLength(json) <= maxRejectionBytes) return json
  const { type, title, status, detail } = problem
  return JSON.stringify({
    type,
    title,
    status,
    detail: `${detail.slice(0, maxDetailLength).toWellFormed()}…`,
  })
}
