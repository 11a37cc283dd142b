import { expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import { computeDigest } from '@timesheets/contracts/digest'
import type { Content } from '@timesheets/contracts/entry'
import type { EntryDigest } from '@timesheets/contracts/sync-run'
import { useTestClient } from '../../../test/use-test-client.ts'
import { toContentColumns, toStoredCorrection } from '../entry-mapping.ts'
import { listDigestEntries } from './digest-entries.ts'

/** How many random contents are tried. FAULT_ROUNDS sets more; the same FAULT_SEED repeats the same ones. */
const contents = 300 * Number(process.env.FAULT_ROUNDS ?? 3)
const seed = Number(process.env.FAULT_SEED ?? 20261126)

const client = useTestClient()

/** Strings on which JSON writers, normalization and encodings differ. */
const oddParts = [
  '',
  ' ',
  '"',
  '\\',
  '/',
  '\b\f\n\r\t',
  '\u0001\u001f',
  '\u007f\u0080\u009f',
  '\u2028\u2029',
  '\ufeff',
  '\uffff',
  'é',
  'e\u0301',
  'e\u0323\u0307',
  'e\u0307\u0323',
  '\u212b',
  '\u1100\u1161\u11a8',
  '\uac00\u11a8',
  '\uac00\u11a7',
  '\u1100\u1161\u11a7\u11a7\u11a8',
  '\ufb01',
  '\u0344',
  '\u0958',
  '😀',
  '👩‍👩‍👧',
  '\u{1d15e}',
  '\u{2f800}',
  '\\u0041',
  '<script>',
  'plain text',
  'x'.repeat(300),
]
/** Code points of scripts with and without combining characters. */
const ranges = [
  [0x01, 0x7f],
  [0x80, 0x36f],
  [0x900, 0x97f],
  [0xe00, 0xe7f],
  [0x1100, 0x11ff],
  [0x1e00, 0x1fff],
  [0x2000, 0x206f],
  [0x3040, 0x30ff],
  [0xac00, 0xacff],
  [0x1f600, 0x1f64f],
] as const

test(`computes digests in SQL as TypeScript does (${contents} contents, seed ${seed})`, async () => {
  const random = createRandom(seed)
  const integer = (from: number, to: number) => from + Math.floor(random() * (to - from + 1))
  const pick = <T>(items: readonly T[]) => items[integer(0, items.length - 1)]!
  const createText = (max: number) => {
    const parts = Array.from({ length: integer(0, 4) }, () => {
      if (random() < 0.6) return pick(oddParts)
      const [from, to] = pick(ranges)
      return Array.from({ length: integer(1, 4) }, () => String.fromCodePoint(integer(from, to))).join('')
    })
    return [...parts.join('')].slice(0, max).join('')
  }
  const day = '2026-03-01'
  const createContent = (): Content => ({
    userId: '007',
    day,
    instantMs: Date.UTC(integer(2000, 2030), integer(0, 11), 1) + integer(0, 86_400_000),
    dateWritten: day,
    project: createText(200),
    seconds: integer(1, 86_400),
    notes: random() < 0.2 ? null : createText(2000),
  })
  const rows = Array.from({ length: contents }, (_, i) => ({
    externalId: `${createText(200)} ${i}`,
    content: createContent(),
    correction: random() < 0.3 ? createContent() : undefined,
  }))
  await client().timesheet.createMany({
    data: rows.map(({ externalId, content, correction }) => ({
      ...toContentColumns(content),
      externalId,
      source: 'odd',
      clientId: 'sync',
      ...(correction === undefined
        ? {}
        : { correction: { ...toStoredCorrection(correction) }, correctionState: 'pending' }),
    })),
  })
  const request = { source: 'odd', from: day, to: day, recompute: true }
  const text = (await Array.fromAsync(listDigestEntries(client(), request, '007'))).join('')
  const received = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EntryDigest)
  expect(received).toHaveLength(contents)
  const digests = new Map(received.map(({ external_id, digest }) => [external_id, digest]))
  for (const { externalId, content, correction } of rows) {
    const expected = computeDigest(externalId, correction ?? content)
    expect([externalId, content, correction, digests.get(externalId)]).toEqual([
      externalId,
      content,
      correction,
      expected,
    ])
  }
})

test('computes digests of other people and days in SQL as TypeScript does', async () => {
  const names = ['Zoë "Z"\\', 'e\u0301', '😀', '*-1', 'a'.repeat(128)]
  for (const [i, userId] of names.entries()) {
    const day = `20${10 + i}-12-3${i % 2}`
    const content: Content = {
      userId,
      day,
      instantMs: Date.parse(`${day}T23:59:59.999Z`),
      dateWritten: day,
      project: 'P',
      seconds: 1,
      notes: null,
    }
    const common = { source: 'people', clientId: 'sync' }
    const own = { ...toContentColumns(content), ...common, externalId: `own${i}` }
    const moved = {
      ...toContentColumns({ ...content, userId: 'another person', day: '2009-01-01' }),
      ...common,
      externalId: `moved${i}`,
      correction: { ...toStoredCorrection(content) },
      correctionState: 'discarded',
    }
    await client().timesheet.createMany({ data: [own, moved] })
    const request = { source: 'people', from: day, to: day, recompute: true }
    const text = (await Array.fromAsync(listDigestEntries(client(), request, userId))).join('')
    const expected = [own, moved].map(({ externalId }) => ({
      external_id: externalId,
      digest: computeDigest(externalId, content),
    }))
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual(expected)
  }
})
