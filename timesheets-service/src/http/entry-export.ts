import type { EntryFilter, Moment } from '../domain/entry-filter.ts'
import { csvHeader, csvLines, type LineFormat, ndjsonLines } from '../postgres/entry-line.ts'
import { exportEntries } from '../postgres/export-entries.ts'
import type { PrismaClient } from '../postgres/generated/client.ts'
import type { Answer } from './call.ts'

/** As what a whole list can be had. */
export const exportFormats = ['text/csv', 'application/x-ndjson'] as const
export type ExportFormat = (typeof exportFormats)[number]

const formats: Record<ExportFormat, { lines: LineFormat; head: string; headers: Record<string, string> }> = {
  'text/csv': {
    lines: csvLines,
    head: `${csvHeader}\r\n`,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="timesheets.csv"',
    },
  },
  'application/x-ndjson': {
    lines: ndjsonLines,
    head: '',
    headers: {
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="timesheets.ndjson"',
    },
  },
}

/** The whole list, streamed, however long. */
export function streamEntries(
  client: PrismaClient,
  filter: EntryFilter,
  moment: Moment,
  format: ExportFormat,
): Answer {
  const { lines, head, headers } = formats[format]
  return {
    status: 200,
    stream: withHead(head, exportEntries(client, filter, moment, lines)),
    headers: { ...headers, vary: 'accept' },
  }
}

/** Begins once the first chunk is there, so that what fails until then is still a problem. */
async function* withHead(head: string, chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let before = head
  for await (const chunk of chunks) {
    yield before + chunk
    before = ''
  }
  if (before !== '') yield before
}
