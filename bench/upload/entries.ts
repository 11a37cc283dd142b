import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** The same entries as a stream for the API, and as a table for psql. */
export interface EntryFiles {
  readonly ndjson: string
  readonly csv: string
}

/** Columns of the CSV file. */
export const csvColumns =
  'source, external_id, user_id, day, instant, date_written, project, seconds, notes, digest'

const peopleCount = 500
const projectCount = 200
/** Days over which the entries are spread, back from the last. */
const dayCount = 365

/**
 * Writes entries as a tracker has them: in the order of their ids, one person after the other, with a note in six of ten.
 * @param firstId ids that differ from those of another run
 */
export async function writeEntries(folder: string, count: number, firstId: number): Promise<EntryFiles> {
  const files = { ndjson: path.join(folder, 'entries.ndjson'), csv: path.join(folder, 'entries.csv') }
  await Promise.all([
    pipeline(texts(count, firstId, toLine), createWriteStream(files.ndjson)),
    pipeline(texts(count, firstId, toRow), createWriteStream(files.csv)),
  ])
  return files
}

/** Generates entries, a thousand to a text. */
function* texts(
  count: number,
  firstId: number,
  format: (entry: GeneratedEntry) => string,
): Generator<string> {
  for (let start = 0; start < count; start += 1000) {
    const length = Math.min(1000, count - start)
    yield Array.from({ length }, (_, i) => format(createEntry(firstId + start + i))).join('')
  }
}

interface GeneratedEntry {
  readonly id: string
  readonly user: string
  readonly day: string
  readonly project: string
  readonly seconds: number
  readonly notes: string | undefined
}

function createEntry(id: number): GeneratedEntry {
  const random = (id * 2_654_435_761) % 4_294_967_296
  const day = new Date(Date.UTC(2026, 10, 20) - (random % dayCount) * 86_400_000).toISOString().slice(0, 10)
  return {
    id: String(id),
    user: `user-${String(id % peopleCount).padStart(4, '0')}`,
    day,
    project: `Project ${String(random % projectCount).padStart(3, '0')} Storefront`,
    seconds: 900 * (1 + (random % 32)),
    notes: random % 10 < 6 ? `Meeting about the release, and what came out of it ${id}` : undefined,
  }
}

const toLine = ({ id, user, day, project, seconds, notes }: GeneratedEntry) =>
  `${JSON.stringify({ user_id: user, date: day, project, hours: seconds / 3600, notes, source: 'bench', external_id: id })}\n`

const toRow = ({ id, user, day, project, seconds, notes }: GeneratedEntry) =>
  `bench,${id},${user},${day},${day}T00:00:00Z,${day},${project},${seconds},${notes === undefined ? '' : `"${notes}"`},\\x${createHash('md5').update(id).digest('hex')}\n`
