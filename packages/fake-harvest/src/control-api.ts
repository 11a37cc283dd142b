import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { apiErrors, invalidParameter } from './api-error.ts'
import type { User } from './contractors.ts'
import { applyEdit, createBlankEntry, parseEdit, parseNewEntry } from './edit.ts'
import type { Entries } from './entries.ts'
import type { Faults } from './faults.ts'
import { parseQuery } from './query.ts'
import { parseSelection } from './selection.ts'
import type { AccountState } from './state.ts'
import { isFinished, type TimeEntry, timeEntry, toSeconds, withTimerHours } from './time-entry.ts'

/**
 * The routes under `/local/` that Harvest does not have: edits that a person makes on its pages, faults, and the totals
 * that another system must reach. They need no token. The filters of `/v2/time_entries` apply to `entries` and
 * `time_entries/any`.
 * @param defaultUser the owner of a new entry that names none
 */
export function createControlApi(
  entries: Entries,
  state: AccountState,
  defaultUser: User,
  faults: Faults,
  now: () => Date,
  setClockError: (ms: number) => void,
): Router {
  const router = Router()
  router.use(express.json({ limit: '100kb', strict: true }))

  const requireEntry = (id: string): TimeEntry => {
    const entry = entries.get(Number(id))
    if (entry === undefined) throw apiErrors.notFound()
    return entry
  }
  const put = async (entry: TimeEntry): Promise<TimeEntry> => {
    await entries.put(entry)
    return state.withNames(withTimerHours(entry, now()))
  }
  const select = (query: URLSearchParams) => state.filterExisting(entries.select(parseSelection(query)))

  router.get('/entries', (request: Request, response: Response) => {
    const query = parseQuery(request)
    const selected = select(query)
    const counted = query.get('finished') === 'true' ? selected.filter(isFinished) : selected
    response.json({
      ...summary(selected, counted),
      ...(query.get('ids') === 'true' && { ids: ids(counted) }),
    })
  })

  router.get('/time_entries/any', (request: Request, response: Response) => {
    const query = parseQuery(request)
    const entry = select(query).find(isFinished)
    if (entry === undefined) throw apiErrors.notFound()
    response.json(entry)
  })

  router.get('/time_entries', (request: Request, response: Response) => {
    response.json(select(parseQuery(request)).map((row) => state.withNames(withTimerHours(row, now()))))
  })

  router.post('/time_entries', async (request: Request, response: Response) => {
    const edit = parseNewEntry(request.body)
    const blank = createBlankEntry(entries.nextId(), defaultUser, now())
    response.status(201).json(await put(applyEdit(blank, edit, state.users, now())))
  })

  router.patch('/time_entries/:id', async (request: Request<{ id: string }>, response: Response) => {
    response.json(
      await put(applyEdit(requireEntry(request.params.id), parseEdit(request.body), state.users, now())),
    )
  })

  // Brings a deleted entry back as it was, or replaces one.
  router.put('/time_entries/:id', async (request: Request<{ id: string }>, response: Response) => {
    const parsed = timeEntry.safeParse({ ...request.body, id: Number(request.params.id) })
    if (!parsed.success) throw invalidParameter(parsed.error)
    response.json(await put(parsed.data))
  })

  router.delete('/time_entries/:id', async (request: Request<{ id: string }>, response: Response) => {
    const { id } = requireEntry(request.params.id)
    await entries.delete(id)
    response.json({ deleted: id })
  })

  router.get('/users', (request: Request, response: Response) => {
    response.json(parseQuery(request).get('deleted') === 'true' ? state.deletedUsers : state.users)
  })

  router.patch('/users/:id', (request: Request<{ id: string }>, response: Response) => {
    response.json(state.editUser(Number(request.params.id), request.body))
  })

  router.patch('/projects/:id', (request: Request<{ id: string }>, response: Response) => {
    state.renameProject(Number(request.params.id), request.body)
    response.json({ renamed: Number(request.params.id) })
  })

  router.put('/token', (request: Request, response: Response) => {
    state.changeAccess(request.body)
    response.json(request.body)
  })

  router.put('/lag', (request: Request, response: Response) => {
    const parsed = z.strictObject({ seconds: z.int().min(0) }).safeParse(request.body)
    if (!parsed.success) throw invalidParameter(parsed.error)
    entries.setLag(parsed.data.seconds * 1000)
    response.json(parsed.data)
  })

  // The clock writes `updated_at`, `created_at` and the header `Date`.
  router.put('/clock', (request: Request, response: Response) => {
    const parsed = z.strictObject({ error_seconds: z.int() }).safeParse(request.body)
    if (!parsed.success) throw invalidParameter(parsed.error)
    setClockError(parsed.data.error_seconds * 1000)
    response.json(parsed.data)
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

/** Sums up the counted entries, and counts the running and the empty ones among all selected entries. */
function summary(selected: readonly TimeEntry[], counted: readonly TimeEntry[]) {
  const total = counted.reduce((sum, entry) => sum + toSeconds(entry), 0)
  return {
    count: counted.length,
    hours: total / 3600,
    seconds: total,
    running: selected.filter((entry) => entry.is_running).length,
    zero: selected.filter((entry) => !entry.is_running && toSeconds(entry) === 0).length,
  }
}

function ids(entries: readonly TimeEntry[]): number[] {
  return entries.map(({ id }) => id)
}
