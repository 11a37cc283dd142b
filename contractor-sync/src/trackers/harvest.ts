import { setting } from '@timesheets/runtime/config'
import { z } from 'zod'
import { UnexpectedAnswer } from '../errors.ts'
import { demand, firstFault } from '../http/parse-response.ts'
import { headerSetting } from './header-setting.ts'
import { type Page, readSteadily } from './stable-pagination.ts'
import { type Reading, type Selection, type TrackerAnswer, trackerKind } from './tracker.ts'

/** `per_page` at most: https://help.getharvest.com/api-v2/introduction/overview/pagination/ */
const maxPageSize = 2000
/** A page that leads to itself is followed so often. */
const maxVisits = 3

/**
 * Harvest, by its API v2. It does not show deletions. `hours` is what was worked, and what is taken;
 * `rounded_hours` is what is billed.
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/
 */
export const harvest = trackerKind({
  name: 'Harvest',
  locatedBy: 'HARVEST_URL',
  // 100 in 15 s are allowed: https://help.getharvest.com/api-v2/introduction/overview/general/#rate-limiting
  rateBudget: { requests: 95, windowMs: 15_000 },
  settings: {
    harvestUrl: setting.url('HARVEST_URL', {
      default: 'https://api.harvestapp.com',
      doc: 'Where Harvest is',
    }),
    harvestAccessToken: headerSetting(
      setting.secret('HARVEST_ACCESS_TOKEN', {
        doc: "An administrator's personal access token, made at id.getharvest.com/developers",
      }),
    ),
    harvestAccountId: headerSetting(
      setting.text('HARVEST_ACCOUNT_ID', { doc: "The account's number, shown beside the token" }),
    ),
    harvestUserAgent: headerSetting(
      setting.text('HARVEST_USER_AGENT', {
        default: 'Timesheets contractor-sync (timesheets@exampleco.com)',
        doc: 'How we introduce ourselves, as Harvest demands: a name and a contact',
      }),
    ),
    harvestPageSize: setting.integer('HARVEST_PAGE_SIZE', {
      default: maxPageSize,
      min: 1,
      max: maxPageSize,
      doc: 'Entries that are asked for at once; a page is in memory whole',
    }),
  },
  open(config, ask) {
    const perPage = String(config.harvestPageSize)
    const headers = {
      authorization: `Bearer ${config.harvestAccessToken.reveal()}`,
      'harvest-account-id': config.harvestAccountId,
      'user-agent': config.harvestUserAgent,
    }
    const get: Get = (path, missing = false) =>
      ask(`${config.harvestUrl}${path}`, { headers, advice, missing })
    const listOf = ({ from, to, updatedSince }: Selection) =>
      withQuery(entriesPath, { from, to, updated_since: updatedSince, per_page: perPage })
    return {
      source: 'harvest',
      readsChanges: true,
      async *read(selection, onTotal) {
        const emails = await readEmails(withQuery(usersPath, { per_page: perPage }), get)
        const demandReadable = readability()
        const rows = readSteadily({
          pages: () => entryPages(listOf(selection), get, demandReadable, onTotal),
          changedSince: (instant) =>
            entryPages(listOf({ ...selection, updatedSince: instant.toISOString() }), get, demandReadable),
          mark,
        })
        for await (const row of rows) yield readingOf(row, emails)
      },
      async find(externalId) {
        const { body } = await get(`${entriesPath}/${encodeURIComponent(externalId)}`, true)
        if (body === undefined) return undefined
        return readingOf(rowOf(body, externalId), await readEmails(usersPath, get))
      },
      async probe() {
        const users = demand(usersPage, (await get(withQuery(usersPath, { per_page: '1' }))).body, usersName)
        const entries = demand(
          entriesPage,
          (await get(withQuery(entriesPath, { per_page: '1' }))).body,
          entriesName,
        )
        return `${entries.total_entries} entries of ${users.total_entries} people can be read`
      },
    }
  },
})

/** Asks for a path below HARVEST_URL. */
type Get = (path: string, missing?: boolean) => Promise<TrackerAnswer>

const entriesPath = '/v2/time_entries'
const usersPath = '/v2/users'

const advice = {
  401: 'the token is wrong, expired or revoked; renew HARVEST_ACCESS_TOKEN',
  403: "the token may not read this account's hours and people; check HARVEST_ACCOUNT_ID, and that the token is an administrator's",
  404: 'there is no such path; check HARVEST_URL',
}

const page = z.object({ total_entries: z.int().min(0), links: z.object({ next: z.url().nullable() }) })
const entriesName = "Harvest's page of entries"
const entriesPage = page.extend({ time_entries: z.array(z.unknown()) })
const usersName = "Harvest's page of people"
const usersPage = page.extend({ users: z.array(z.object({ id: z.int(), email: z.string() })) })

const instant = z.iso.datetime({ offset: true })
const timeEntry = z.object({
  id: z.int(),
  spent_date: z.iso.date(),
  user: z.object({ id: z.int() }),
  project: z.object({ name: z.string() }),
  hours: z.number(),
  notes: z.string().nullable(),
  is_running: z.boolean(),
  created_at: instant.optional(),
  updated_at: instant,
})

/** What a row says, or of one that does not fit, where it stands and why. */
type Row = z.infer<typeof timeEntry> | { readonly id: string; readonly reason: string }

async function* entryPages(
  path: string,
  get: Get,
  demandReadable: (rows: readonly Row[]) => void,
  onTotal?: (total: number) => void,
): AsyncGenerator<Page<Row>> {
  let number = 0
  for await (const { body, at } of follow(path, get)) {
    const { time_entries, total_entries: total } = demand(entriesPage, body, entriesName)
    number += 1
    const rows = time_entries.map((row, index) => rowOf(row, `page ${number}, row ${index + 1}`))
    demandReadable(rows)
    onTotal?.(total)
    yield { rows, total, at }
  }
}

/** Everybody, those who left too, since their hours stay. Nobody at all is nothing to believe: the token is somebody's. */
async function readEmails(path: string, get: Get): Promise<ReadonlyMap<number, string>> {
  const emails = new Map<number, string>()
  for await (const { body } of follow(path, get)) {
    for (const { id, email } of demand(usersPage, body, usersName).users) emails.set(id, email)
  }
  if (emails.size === 0) throw new UnexpectedAnswer(`${usersName} is empty, although the token is somebody's`)
  return emails
}

/** A list's pages, by the links that Harvest gives ("never build them"). */
async function* follow(path: string, get: Get): AsyncGenerator<TrackerAnswer> {
  const visits = new Map<string, number>()
  for (let next: string | null = path; next !== null; ) {
    const times = (visits.get(next) ?? 0) + 1
    if (times > maxVisits) throw new UnexpectedAnswer("Harvest's pages lead in a circle; try again later")
    visits.set(next, times)
    const answer = await get(next)
    yield answer
    const { links } = demand(page, answer.body, "Harvest's page")
    next = links.next === null ? null : pathOf(links.next)
  }
}

/**
 * A link is followed where HARVEST_URL leads, and nowhere else: the token goes with it. What stands before `/v2/` is
 * a proxy's, which may write links anew or pass on Harvest's own.
 */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link)
  return `${pathname.replace(/^.*(?=\/v2\/)/, '')}${search}`
}

function rowOf(value: unknown, position: string): Row {
  const parsed = timeEntry.safeParse(value)
  if (parsed.success) return parsed.data
  const { id } = z.object({ id: z.int() }).safeParse(value).data ?? { id: position }
  return { id: String(id), reason: firstFault(parsed.error) }
}

/**
 * One row that is odd is one entry's trouble, also where it is alone on the last page; a read that begins with a page
 * of nothing else meets another shape.
 */
function readability(): (rows: readonly Row[]) => void {
  let hasReadOne = false
  return (rows) => {
    hasReadOne ||= rows.some((row) => !('reason' in row))
    const [first] = rows
    if (hasReadOne || first === undefined) return
    const { id, reason } = first as Extract<Row, { reason: string }>
    throw new UnexpectedAnswer(
      `Harvest's entries are of another shape than they were: ${reason} (entry ${id})`,
    )
  }
}

function mark(row: Row) {
  if ('reason' in row) return { id: row.id, place: '', version: row.reason, createdAt: undefined }
  const createdAt = row.created_at === undefined ? undefined : new Date(row.created_at)
  return { id: String(row.id), place: row.spent_date, version: row.updated_at, createdAt }
}

function readingOf(row: Row, emails: ReadonlyMap<number, string>): Reading {
  if ('reason' in row) return { kind: 'unreadable', externalId: row.id, reason: row.reason }
  const email = emails.get(row.user.id)
  return {
    kind: 'entry',
    externalId: String(row.id),
    person: { id: String(row.user.id), ...(email ? { email } : {}) },
    date: row.spent_date,
    project: row.project.name,
    hours: row.hours,
    notes: row.notes,
    isRunning: row.is_running,
  }
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${path}?${new URLSearchParams(given)}`
}
