import { type Request, type Response, Router } from 'express'
import { answer } from './answer.ts'
import type { Entries } from './entries.ts'
import { faultOf } from './inject-faults.ts'
import { pagingOf } from './paging.ts'
import { queryOf } from './query.ts'
import { refusals } from './refusal.ts'
import { selectionOf } from './selection.ts'
import { asShownAt, type TimeEntry, timestamp } from './time-entry.ts'

/**
 * `GET /v2/time_entries` and `GET /v2/time_entries/{id}`. There is no list of deletions: Harvest has none.
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/
 * @param publicUrl what the links are built from
 */
export function timeEntries(entries: Entries, publicUrl: () => string, now: () => Date): Router {
  const router = Router()

  router.get('/', async (request: Request, response: Response) => {
    const query = queryOf(request)
    const selected = entries.select(selectionOf(query))
    const paging = pagingOf(query, `${publicUrl()}/v2/time_entries`)
    const rows = paging.cut(selected)
    const shift = faultOf(response, 'shifted')
    if (shift !== undefined) await shiftRows(shift.by, entries, selected, rows, now())
    const shown = rows.map((row) => asShownAt(row, now()))
    answer(response, { time_entries: shown, ...paging.around(selected) })
  })

  router.get('/:id', (request: Request<{ id: string }>, response: Response) => {
    const entry = entries.get(Number(request.params.id))
    if (entry === undefined) throw refusals.notFound()
    answer(response, asShownAt(entry, now()))
  })

  return router
}

/**
 * What somebody does in Harvest while another reads its pages: an entry that comes before all others
 * moves the last row of this page to the next one too; a deletion moves the next page's first row into
 * this page, where nobody reads it any more.
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
  const nowText = timestamp(now.getTime())
  if (by === 'delete' && first !== undefined) await entries.delete(first.id)
  if (by === 'insert' && newest !== undefined) {
    const id = entries.nextId()
    await entries.put({ ...newest, id, created_at: nowText, updated_at: nowText })
  }
}
