import { beforeAll, expect, test } from '@jest/globals'
import { useTestClient } from '../../../test/use-test-client.ts'
import { exportEntries, maxChunkBytes } from './export.ts'

const entries = 6000
/** Bytes of the longest entry below: notes of 2,000 characters with four bytes each, and the other fields. */
const longestEntry = 10_000

const client = useTestClient()

beforeAll(async () => {
  // Short entries first, then long ones: a chunk that is sized by the ones before would be far too large.
  await client().$executeRaw`
    insert into timesheets (user_id, day, instant, date_written, project, seconds, notes, source, client_id)
    select 'mixed', date '2027-01-01' - g / 20, now(), 'd', 'p', 60, case when g > 4000 then repeat('🕐', 2000) end,
           'harvest', 'test'
      from generate_series(1, ${entries}::int) g`
})

async function collect(chunks: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = []
  for await (const chunk of chunks) collected.push(chunk)
  return collected
}

test.each([undefined, '2100-01-01T00:00:00.000Z'])(
  'a chunk is bounded in bytes however long the entries are, and the chunks have each entry once (as of %s)',
  async (asOf) => {
    const chunks = await collect(
      exportEntries(client(), {
        filter: { userIds: ['mixed'] },
        asOf: asOf,
        format: 'ndjson',
        readableNames: undefined,
      }),
    )
    expect(Math.max(...chunks.map((chunk) => Buffer.byteLength(chunk)))).toBeLessThan(
      maxChunkBytes + longestEntry,
    )
    const lines = chunks.join('').split('\n').slice(0, -1)
    const read = lines.map((line) => JSON.parse(line) as { id: number; day: string })
    expect(read).toHaveLength(entries)
    const keys = read.map(({ day, id }) => `${day} ${String(id).padStart(10, '0')}`)
    expect(keys).toEqual([...new Set(keys)].sort().reverse())
  },
)

test('CSV starts with its header, also without entries; NDJSON without entries is empty', async () => {
  const [header, ...rows] = await collect(
    exportEntries(client(), {
      filter: { userIds: ['mixed'] },
      asOf: undefined,
      format: 'csv',
      readableNames: undefined,
    }),
  )
  expect(header).toMatch(/^id,user_id,date,[\w,]+\r\n$/)
  expect(rows.join('').split('\r\n').slice(0, -1)).toHaveLength(entries)
  expect(
    await collect(
      exportEntries(client(), {
        filter: { userIds: ['unknown'] },
        asOf: undefined,
        format: 'csv',
        readableNames: undefined,
      }),
    ),
  ).toEqual([header])
  expect(
    await collect(
      exportEntries(client(), {
        filter: { userIds: ['unknown'] },
        asOf: undefined,
        format: 'ndjson',
        readableNames: undefined,
      }),
    ),
  ).toEqual([])
})

test('an export that fails between two chunks rejects, and one that its consumer leaves early does not', async () => {
  const fail = async () => {
    for await (const _chunk of exportEntries(client(), {
      filter: {},
      asOf: undefined,
      format: 'ndjson',
      readableNames: undefined,
    })) {
      await client().$executeRaw`alter table timesheets rename column notes to gone`
    }
  }
  try {
    await expect(fail()).rejects.toThrow(/notes/)
  } finally {
    await client().$executeRaw`alter table timesheets rename column gone to notes`
  }
  for await (const chunk of exportEntries(client(), {
    filter: {},
    asOf: undefined,
    format: 'ndjson',
    readableNames: undefined,
  })) {
    expect(chunk).not.toBe('')
    break
  }
})
