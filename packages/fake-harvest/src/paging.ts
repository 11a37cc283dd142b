import { z } from 'zod'
import { parameter, parseParameters } from './query.ts'

/** Harvest responds with 422 to a larger page size. https://help.getharvest.com/api-v2/introduction/overview/pagination/ */
const maxPerPage = 2000

const parameters = z.object({
  page: parameter.count.optional(),
  per_page: parameter.count.refine((size) => size <= maxPerPage, `is more than ${maxPerPage}`).optional(),
})

/** The fields of a page beside its rows. Clients follow `links.next` and build no links themselves. */
export interface Page {
  per_page: number
  total_pages: number
  total_entries: number
  next_page: number | null
  previous_page: number | null
  page: number
  links: { first: string; next: string | null; previous: string | null; last: string }
}

/** The requested page of a list. */
export interface Paging {
  /** Returns the rows of the page. */
  slice<T>(rows: readonly T[]): readonly T[]
  /** Returns the fields of the page beside its rows. */
  describe(rows: readonly unknown[]): Page
}

/**
 * Parses the number and size of a page from a query.
 * @param address the public URL of the list, without a query
 * @throws {ApiError} 422
 */
export function parsePaging(query: URLSearchParams, address: string): Paging {
  const { page = 1, per_page: perPage = maxPerPage } = parseParameters(query, parameters)
  const link = (number: number): string => {
    const linked = new URLSearchParams(query)
    linked.set('page', String(number))
    linked.set('per_page', String(perPage))
    return `${address}?${linked}`
  }
  return {
    slice: (rows) => rows.slice((page - 1) * perPage, page * perPage),
    describe: (rows) => {
      const last = Math.max(1, Math.ceil(rows.length / perPage))
      const next = page < last ? page + 1 : null
      const previous = page > 1 ? page - 1 : null
      return {
        per_page: perPage,
        total_pages: last,
        total_entries: rows.length,
        next_page: next,
        previous_page: previous,
        page,
        links: {
          first: link(1),
          next: next === null ? null : link(next),
          previous: previous === null ? null : link(previous),
          last: link(last),
        },
      }
    },
  }
}
