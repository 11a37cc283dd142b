import express, { type Request, type Response, Router } from 'express'
import type { User } from './contractors.ts'
import { additionOf, blankEntry, edited, editOf } from './edit.ts'
import type { Entries } from './entries.ts'
import type { Faults } from './faults.ts'
import { queryOf } from './query.ts'
import { refusals } from './refusal.ts'
import { selectionOf } from './selection.ts'
import { asShownAt, isFinished, seconds, type TimeEntry } from './time-entry.ts'

/**
 * The calls under `/local/` that Harvest does not have: what a person does in its pages, faults, and
 * the sum that another system must come to. They ask for no token. The filters of
 * `/v2/time_entries` apply to `entries` and `time_entries/any`.
 * @param users the first one is who an added entry belongs to by default
 */
export function control(entries: Entries, users: readonly User[], faults: Faults, now: () => Date): Router {
  const router = Router()
  router.use(express.json({ limit: '100kb', strict: true }))

  const existing = (id: string): TimeEntry => {
    const entry = entries.get(Number(id))
    if (entry === undefined) throw refusals.notFound()
    return entry
  }
  const put = async (entry: TimeEntry): Promise<TimeEntry> => {
    await entries.put(entry)
    return asShownAt(entry, now())
  }

  router.get('/entries', (request: Request, response: Response) => {
    const query = queryOf(request)
    const selected = entries.select(selectionOf(query))
    const counted = query.get('finished') === 'true' ? selected.filter(isFinished) : selected
    response.json({
      ...summary(selected, counted),
      ...(query.get('ids') === 'true' && { ids: ids(counted) }),
    })
  })

  router.get('/time_entries/any', (request: Request, response: Response) => {
    const query = queryOf(request)
    const entry = entries.select(selectionOf(query)).find(isFinished)
    if (entry === undefined) throw refusals.notFound()
    response.json(entry)
  })

  router.post('/time_entries', async (request: Request, response: Response) => {
    const addition = additionOf(request.body)
    const blank = blankEntry(entries.nextId(), users[0]!, now())
    response.status(201).json(await put(edited(blank, addition, users, now())))
  })

  router.patch('/time_entries/:id', async (request: Request<{ id: string }>, response: Response) => {
    response.json(await put(edited(existing(request.params.id), editOf(request.body), users, now())))
  })

  router.delete('/time_entries/:id', async (request: Request<{ id: string }>, response: Response) => {
    const { id } = existing(request.params.id)
    await entries.delete(id)
    response.json({ deleted: id })
  })

  router.get('/faults', (_request: Request, response: Response) => {
    response.json(faults.list())
  })

  router.post('/faults', (request: Request, response: Response) => {
    faults.arm(request.body)
    response.status(201).json(faults.list())
  })

  router.delete('/faults', (_request: Request, response: Response) => {
    faults.clear()
    response.json(faults.list())
  })

  return router
}

/** `count`, `hours` and `seconds` of what is counted; of everything selected, how much runs or is empty. */
function summary(selected: readonly TimeEntry[], counted: readonly TimeEntry[]) {
  const total = counted.reduce((sum, entry) => sum + seconds(entry), 0)
  return {
    count: counted.length,
    hours: total / 3600,
    seconds: total,
    running: selected.filter((entry) => entry.is_running).length,
    zero: selected.filter((entry) => !entry.is_running && seconds(entry) === 0).length,
  }
}

function ids(entries: readonly TimeEntry[]): number[] {
  return entries.map(({ id }) => id)
}
