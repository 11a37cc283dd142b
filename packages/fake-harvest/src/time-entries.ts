import { type Request, type Response, Router } from 'express'
import { apiErrors } from './api-error.ts'
import type { Entries } from './entries.ts'
import { findFault } from './inject-faults.ts'
import { parsePaging } from './paging.ts'
import { parseQuery } from './query.ts'
import { sendBody } from './response.ts'
import { parseSelection } from './selection.ts'
import type { AccountState } from './state.ts'
import { formatTimestamp, type TimeEntry, withTimerHours } from './time-entry.ts'

/**
 * `GET /v2/time_entries` and `GET /v2/time_entries/{id}`. Like Harvest, it does not list deleted entries.
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/
 * @param publicUrl returns the base of the links
 */
export function timeEntries(
  entries: Entries,
  state: AccountState,
  publicUrl: () => string,
  now: () => Date,
): Router {
  const router = Router()
  const show = (row: TimeEntry) => state.withNames(withTimerHours(row, now()))

  router.get('/', async (request: Request, response: Response) => {
    const query = parseQuery(request)
    const visible = state.filterVisible(entries.selectListed(parseSelection(query)))
    const [newest] = visible
    const selected =
      findFault(response, 'one-person') === undefined
        ? visible
        : visible.filter(({ user }) => user.id === newest?.user.id)
    const paging = parsePaging(query, `${publicUrl()}/v2/time_entries`)
    const rows = paging.slice(selected)
    const shift = findFault(response, 'shifted')
    if (shift !== undefined) await shiftRows(shift.by, entries, selected, rows, now())
    sendBody(response, { time_entries: rows.map(show), ...paging.describe(selected) })
  })

  router.get('/:id', (request: Request<{ id: string }>, response: Response) => {
    const entry = entries.get(Number(request.params.id))
    // What a token may not see does not exist for it.
    if (entry === undefined || state.filterVisible([entry]).length === 0) throw apiErrors.notFound()
    sendBody(response, show(entry))
  })

  return router
}

/**
 * Simulates an edit between two page requests. An inserted first entry moves the last row of this page to the next page,
 * which repeats it. A deletion moves the first row of the next page to this page, so the client misses it.
 */
async function shiftRows(
  by: 'insert' | 'delete',
  entries: Entries,
  selected: readonly TimeEntry[],
  page: readonly TimeEntry[],
  now: Date,
): Promise<void> {
  const [newest] = selected
  const [first] = page
  const nowText = formatTimestamp(now.getTime())
  if (by === 'delete' && first !== undefined) await entries.delete(first.id)
  if (by === 'insert' && newest !== undefined) {
    const id = entries.nextId()
    await entries.put({ ...newest, id, created_at: nowText, updated_at: nowText })
  }
}
