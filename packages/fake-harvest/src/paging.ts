import { z } from 'zod'
import { parameter, readQuery } from './query.ts'

/** https://help.getharvest.com/api-v2/introduction/overview/pagination/ ("larger than the maximum": 422) */
const maxPerPage = 2000

const parameters = z.object({
  page: parameter.count.optional(),
  per_page: parameter.count.refine((size) => size <= maxPerPage, `is more than ${maxPerPage}`).optional(),
})

/** One page, around its rows. Clients follow `links.next` and build no link themselves. */
export interface Page {
  per_page: number
  total_pages: number
  total_entries: number
  next_page: number | null
  previous_page: number | null
  page: number
  links: { first: string; next: string | null; previous: string | null; last: string }
}

/** The page that is asked for. */
export interface Paging {
  /** Its rows of all rows. */
  cut<T>(rows: readonly T[]): readonly T[]
  /** What stands around them in the answer. */
  around(rows: readonly unknown[]): Page
}

/**
 * Reads a page's number and size from a query.
 * @param address of the list, as the outside has it, without a query
 * @throws {Refusal} 422
 */
export function pagingOf(query: URLSearchParams, address: string): Paging {
  const { page = 1, per_page: perPage = maxPerPage } = readQuery(query, parameters)
  const link = (number: number): string => {
    const linked = new URLSearchParams(query)
    linked.set('page', String(number))
    linked.set('per_page', String(perPage))
    return `${address}?${linked}`
  }
  return {
    cut: (rows) => rows.slice((page - 1) * perPage, page * perPage),
    around: (rows) => {
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
