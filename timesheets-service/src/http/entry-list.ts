import { parseDate } from '@timesheets/contracts/date'
import { type ListQuery, maxAsOfDays } from '@timesheets/contracts/list-query'
import { sendJsonText } from '@timesheets/runtime/http/send-json'
import type { Request, Response } from 'express'
import type { EntryFilter, KeysetPosition } from '../domain/entry-filter.ts'
import type { EntryReader, ExportFormat, ExportRequest, ReadableNames } from '../domain/entry-reader.ts'
import type { Cursors } from './cursor.ts'
import { invalidParameter } from './query.ts'
import { sendStream } from './stream.ts'

const defaultLimit = 100

const dayMs = 86_400_000

/** The formats of a list: pages as JSON, and the whole list in the others. */
const mediaTypes = ['application/json', 'text/csv', 'application/x-ndjson'] as const

const exports = {
  'text/csv': {
    format: 'csv',
    contentType: 'text/csv; charset=utf-8; header=present',
    fileName: 'timesheets.csv',
  },
  'application/x-ndjson': {
    format: 'ndjson',
    contentType: 'application/x-ndjson',
    fileName: 'timesheets.ndjson',
  },
} as const satisfies Record<string, { format: ExportFormat; contentType: string; fileName: string }>

type List = Omit<ExportRequest, 'format'>

/** Responds with a list of entries, in the format that the client prefers. */
export class EntryList {
  readonly #reader: EntryReader
  readonly #cursors: Cursors
  readonly #url: string

  /** @param url the public URL of this list, without a query */
  constructor(reader: EntryReader, cursors: Cursors, url: string) {
    this.#reader = reader
    this.#cursors = cursors
    this.#url = url
  }

  /**
   * @param query the parameters as the client sent them
   * @param filter their meaning, limited to entries that the caller may read
   * @param readableNames limits the corrections in these entries too
   * @throws {ProblemError} `invalid-parameter`
   */
  async send(
    request: Request,
    response: Response,
    query: ListQuery,
    filter: EntryFilter,
    readableNames: ReadableNames,
  ): Promise<void> {
    const list = { filter, readableNames }
    const asOf = query.as_of === undefined ? undefined : toInstant(query.as_of)
    if (asOf !== undefined) assertBounded(filter)
    // An unacceptable Accept gets JSON rather than an error (RFC 9110, section 12.1).
    const mediaType = request.accepts([...mediaTypes]) || 'application/json'
    response.vary('accept')
    if (mediaType === 'text/csv' || mediaType === 'application/x-ndjson') {
      for (const name of ['limit', 'cursor'] as const) {
        if (query[name] !== undefined)
          throw invalidParameter(name, `does not go with ${mediaType}, which is the whole list`)
      }
      await this.#export(request, response, { ...list, asOf }, mediaType)
    } else await this.#sendPage(response, query, { ...list, asOf })
  }

  async #sendPage(
    response: Response,
    query: ListQuery,
    { filter, asOf, readableNames }: List,
  ): Promise<void> {
    const { cursor, ...parameters } = query
    const list = JSON.stringify([this.#url, asOf, Object.entries(filter).sort()])
    const after = cursor === undefined ? undefined : parsePosition(this.#cursors.open(list, cursor))
    const limit = parameters.limit === undefined ? defaultLimit : Number(parameters.limit)
    const { items, next } = await this.#reader.readPage({ filter, asOf, after, limit, readableNames })
    if (next !== undefined) {
      const sealed = this.#cursors.seal(list, formatPosition(next))
      const search = new URLSearchParams({ ...parameters, cursor: sealed })
      response.setHeader('link', `<${this.#url}?${search}>; rel="next"`)
    }
    sendJsonText(response, `[${items.join(',\n')}]`)
  }

  async #export(
    request: Request,
    response: Response,
    list: List,
    mediaType: keyof typeof exports,
  ): Promise<void> {
    const { format, contentType, fileName } = exports[mediaType]
    response.setHeader('content-type', contentType)
    response.setHeader('content-disposition', `attachment; filename="${fileName}"`)
    // HEAD reads nothing, so the length is unknown (RFC 9110, section 9.3.2).
    if (request.method === 'HEAD') response.end()
    else await sendStream(response, this.#reader.exportEntries({ ...list, format }))
  }
}

/** The filter that a query describes, without the user. */
export function toFilter(query: ListQuery): EntryFilter {
  const { from, to, project, source, approved, updated_after: updatedAfter } = query
  return {
    from,
    to,
    project,
    source,
    approved: approved === undefined ? undefined : approved === 'true',
    updatedAfter: updatedAfter === undefined ? undefined : toInstant(updatedAfter),
  }
}

/** A date-time that the query's schema has validated, in UTC. */
function toInstant(text: string): string {
  return new Date(parseDate(text)!.instantMs).toISOString()
}

/** A list as of an instant cannot use the indexes of today's list, so it is bounded by a user or by days. */
function assertBounded({ userIds, from, to }: EntryFilter): void {
  if (userIds !== undefined) return
  const days =
    from === undefined || to === undefined
      ? Number.POSITIVE_INFINITY
      : (Date.parse(to) - Date.parse(from)) / dayMs + 1
  if (days > maxAsOfDays)
    throw invalidParameter('as_of', `needs a user_id, or from and to of at most ${maxAsOfDays} days`)
}

const formatPosition = ({ day, id }: KeysetPosition) => JSON.stringify([day, id])

function parsePosition(text: string): KeysetPosition {
  const [day, id] = JSON.parse(text) as [string, number]
  return { day, id }
}
