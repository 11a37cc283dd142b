import { parseDate } from '@timesheets/contracts/date'
import type { ListQuery } from '@timesheets/contracts/list-query'
import type { EntryFilter, Moment } from '../domain/entry-filter.ts'
import { jsonItems } from '../postgres/entry-line.ts'
import type { PrismaClient } from '../postgres/generated/client.ts'
import { listEntries } from '../postgres/list-entries.ts'
import { preferredType } from './accept.ts'
import { type Answer, type Call, invalidParameter } from './call.ts'
import { exportFormats, streamEntries } from './entry-export.ts'
import type { ListCursors } from './list-cursor.ts'
import { readPosition, writePosition } from './list-position.ts'

const defaultLimit = 100

/** What answers with a list of entries: a page as JSON, or the whole as CSV or NDJSON. */
export class EntryList {
  readonly #client: PrismaClient
  readonly #cursors: ListCursors
  readonly #url: string

  /** @param url what the outside calls this list, without a query */
  constructor(client: PrismaClient, cursors: ListCursors, url: string) {
    this.#client = client
    this.#cursors = cursors
    this.#url = url
  }

  /**
   * @param asked the query
   * @param filter what it means, and whose entries this caller's may be
   * @throws {ProblemError} `invalid-parameter`
   */
  async answer({ request }: Call, asked: ListQuery, filter: EntryFilter): Promise<Answer> {
    const moment: Moment = { asOf: asked.as_of === undefined ? undefined : instantOf(asked.as_of) }
    const type = preferredType(request.headers.accept, ['application/json', ...exportFormats])
    if (type === 'application/json') return this.#page(asked, filter, moment)
    for (const name of ['limit', 'cursor'] as const) {
      if (asked[name] !== undefined)
        throw invalidParameter(name, `does not go with ${type}, which is the whole list`)
    }
    return streamEntries(this.#client, filter, moment, type)
  }

  async #page(asked: ListQuery, filter: EntryFilter, moment: Moment): Promise<Answer> {
    const { cursor, ...others } = asked
    const list = JSON.stringify([this.#url, moment, Object.entries(filter).sort()])
    const position = cursor === undefined ? undefined : readPosition(this.#cursors.open(list, cursor))
    const limit = others.limit === undefined ? defaultLimit : Number(others.limit)
    const { text, found, place, sight } = await listEntries(
      this.#client,
      {
        filter,
        moment: { ...moment, sight: position?.sight },
        after: position?.after,
        // One more than asked for tells whether there is a next page.
        count: limit + 1,
      },
      jsonItems,
      limit,
    )
    const headers = { 'content-type': 'application/json', vary: 'accept' }
    if (found <= limit) return { status: 200, text: `[${text}]`, headers }
    const items = text.slice(0, text.lastIndexOf(jsonItems.separator))
    const next = this.#cursors.seal(list, writePosition({ after: place!, sight: position?.sight ?? sight }))
    const link = `<${this.#url}?${new URLSearchParams({ ...others, cursor: next })}>; rel="next"`
    return { status: 200, text: `[${items}]`, headers: { ...headers, link } }
  }
}

/** What a query asks of a list, without whose entries. */
export function filterOf(asked: ListQuery): EntryFilter {
  const { from, to, project, source, approved, updated_after: updatedAfter } = asked
  return {
    from,
    to,
    project,
    source,
    approved: approved === undefined ? undefined : approved === 'true',
    updatedAfter: updatedAfter === undefined ? undefined : instantOf(updatedAfter),
  }
}

/** A date-time that the query's schema has let through, in UTC. */
function instantOf(text: string): string {
  return new Date(parseDate(text)!.instantMs).toISOString()
}
