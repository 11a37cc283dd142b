import type { ReadableNames } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { entryColumns, entryColumnsFor, jsonObject } from '../list/serialize.ts'

/** A version of an entry. */
export interface VersionRow {
  readonly version: number
  readonly action: string
  readonly client_id: string
  readonly person: string | null
  readonly sync_run_id: bigint | null
  readonly user_id: string
  readonly source: string
  readonly external_id: string | null
  /** Hex. */
  readonly digest: string | null
  readonly approved_by: string | null
  /** The entry as JSON. */
  readonly entry: string
}

const versionColumns = Prisma.raw('action, client_id, person, sync_run_id, digest, approved_by')

/** Versions that one statement reads. */
const maxVersions = 100

/** Reads the next versions of an entry, oldest first, in one statement, so that none is missing or doubled. */
export function readVersions(
  client: Prisma.TransactionClient,
  id: number,
  names: ReadableNames,
  afterVersion: number,
): Promise<VersionRow[]> {
  return client.$queryRaw<VersionRow[]>(Prisma.sql`
    select version, action, client_id, person, sync_run_id, user_id, source, external_id, encode(digest, 'hex') as digest, approved_by,
           ${jsonObject} as entry
      from (select id, ${entryColumnsFor(names)}, ${versionColumns}
              from (select id, ${entryColumns}, ${versionColumns} from timesheets where id = ${id}::bigint
                     union all
                    select timesheet_id, ${entryColumns}, ${versionColumns} from timesheet_versions
                     where timesheet_id = ${id}::bigint) as every_version) as version_of_entry
     where version > ${afterVersion}::int
     order by version
     limit ${maxVersions}::int`)
}
