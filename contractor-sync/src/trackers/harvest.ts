import { setting } from '@timesheets/runtime/config'
import { z } from 'zod'
import { InvalidResponseError } from '../errors.ts'
import { formatIssue, parseResponse } from '../http/parse-response.ts'
import { headerSetting } from './header-setting.ts'
import { type Page, type RecordVersion, readConsistently } from './stable-pagination.ts'
import { defineTracker, type Selection, type SourceRecord, type TrackerResponse } from './tracker.ts'

/** The largest `per_page`: https://help.getharvest.com/api-v2/introduction/overview/pagination/ */
const maxPageSize = 2000
/** How often the same page is requested before its links count as a loop. */
const maxVisits = 3

/**
 * Harvest, API v2. It has no feed of deletions. `hours` are the hours worked, which count here; `rounded_hours` are the
 * hours billed.
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/
 */
export const harvest = defineTracker({
  name: 'Harvest',
  urlSetting: 'HARVEST_URL',
  // 100 in 15 s are allowed: https://help.getharvest.com/api-v2/introduction/overview/general/#rate-limiting
  rateBudget: { requests: 95, windowMs: 15_000 },
  settings: {
    harvestUrl: setting.url('HARVEST_URL', {
      default: 'https://api.harvestapp.com',
      doc: 'URL of Harvest',
    }),
    harvestAccessToken: headerSetting(
      setting.secret('HARVEST_ACCESS_TOKEN', {
        doc: "An administrator's personal access token, from id.getharvest.com/developers",
      }),
    ),
    harvestAccountId: headerSetting(
      setting.text('HARVEST_ACCOUNT_ID', { doc: 'The number of the account, shown beside the token' }),
    ),
    harvestUserAgent: headerSetting(
      setting.text('HARVEST_USER_AGENT', {
        default: 'Timesheets contractor-sync (timesheets@exampleco.com)',
        doc: 'User-Agent, which Harvest requires: a name and a contact',
      }),
    ),
    harvestPageSize: setting.integer('HARVEST_PAGE_SIZE', {
      default: maxPageSize,
      min: 1,
      max: maxPageSize,
      doc: 'Entries per page; one page is held in memory',
    }),
  },
  open(config, client) {
    const perPage = String(config.harvestPageSize)
    const headers = {
      authorization: `Bearer ${config.harvestAccessToken.reveal()}`,
      'harvest-account-id': config.harvestAccountId,
      'user-agent': config.harvestUserAgent,
    }
    const get: Get = (path, allowNotFound = false) =>
      client.get(`${config.harvestUrl}${path}`, { headers, errorHints, allowNotFound })
    const buildListPath = ({ from, to, updatedSince }: Selection) =>
      withQuery(entriesPath, { from, to, updated_since: updatedSince, per_page: perPage })
    return {
      source: 'harvest',
      readsChanges: true,
      async *read(selection, onTotal) {
        const emails = await readEmails(withQuery(usersPath, { per_page: perPage }), get)
        const requireReadable = createReadableCheck()
        let miscount: SourceRecord | undefined
        const rows = readConsistently({
          pages: () => readEntryPages(buildListPath(selection), get, requireReadable, onTotal),
          changedSince: (instant) =>
            readEntryPages(
              buildListPath({ ...selection, updatedSince: instant.toISOString() }),
              get,
              requireReadable,
            ),
          toVersion,
          onMiscount(total, count) {
            const reason = `Harvest counts ${total} entries and lists ${count}; those that it lists were read`
            miscount = { kind: 'unreadable', externalId: 'total_entries', reason }
          },
        })
        for await (const row of rows) yield toSourceRecord(row, emails)
        if (miscount !== undefined) yield miscount
      },
      async find(externalId) {
        const { body } = await get(`${entriesPath}/${encodeURIComponent(externalId)}`, true)
        if (body === undefined) return undefined
        return toSourceRecord(parseRow(body, externalId), await readEmails(usersPath, get))
      },
      async probe() {
        const first = { per_page: '1' }
        const users = parseResponse(usersPage, (await get(withQuery(usersPath, first))).body, usersLabel)
        const entries = parseResponse(
          entriesPage,
          (await get(withQuery(entriesPath, first))).body,
          entriesLabel,
        )
        return `${entries.total_entries} entries of ${users.total_entries} people can be read`
      },
    }
  },
})

/** Requests a path below HARVEST_URL. */
type Get = (path: string, allowNotFound?: boolean) => Promise<TrackerResponse>

const entriesPath = '/v2/time_entries'
const usersPath = '/v2/users'

const errorHints = {
  401: 'the token is wrong, expired or revoked; renew HARVEST_ACCESS_TOKEN',
  403: "the token may not read this account's hours and people; check HARVEST_ACCOUNT_ID, and that the token is an administrator's",
  404: 'there is no such path; check HARVEST_URL',
}

const page = z.object({ total_entries: z.int().min(0), links: z.object({ next: z.url().nullable() }) })
const entriesLabel = "Harvest's page of entries"
const entriesPage = page.extend({ time_entries: z.array(z.unknown()) })
const usersLabel = "Harvest's page of people"
const usersPage = page.extend({ users: z.array(z.unknown()) })
const user = z.object({ id: z.int(), email: z.string() })

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

/** The fields that people recognize an entry by, each if it is valid. */
const knownFields = z.object({
  user: z.object({ id: z.int() }).optional().catch(undefined),
  spent_date: z.string().optional().catch(undefined),
  project: z.object({ name: z.string() }).optional().catch(undefined),
  hours: z.number().optional().catch(undefined),
})

interface InvalidRow {
  /** The id; the position if the row has no valid id. */
  readonly id: string
  readonly reason: string
  readonly known: z.infer<typeof knownFields>
}

type Row = z.infer<typeof timeEntry> | InvalidRow

async function* readEntryPages(
  path: string,
  get: Get,
  requireReadable: (rows: readonly Row[]) => void,
  onTotal?: (total: number) => void,
): AsyncGenerator<Page<Row>> {
  let number = 0
  for await (const { body, at } of followLinks(path, get)) {
    const { time_entries, total_entries: total } = parseResponse(entriesPage, body, entriesLabel)
    number += 1
    const rows = time_entries.map((row, index) => parseRow(row, `page ${number}, row ${index + 1}`))
    requireReadable(rows)
    onTotal?.(total)
    yield { rows, total, at }
  }
}

/**
 * Reads the e-mail addresses of all people, former ones included, because their hours stay. A person without an address
 * keeps the id; a list without any address is an unexpected shape, as is an empty one: the token belongs to a person.
 */
async function readEmails(path: string, get: Get): Promise<ReadonlyMap<number, string>> {
  const emails = new Map<number, string>()
  let count = 0
  let firstIssue: string | undefined
  for await (const { body } of followLinks(path, get)) {
    for (const value of parseResponse(usersPage, body, usersLabel).users) {
      const parsed = user.safeParse(value)
      if (parsed.success) emails.set(parsed.data.id, parsed.data.email)
      else firstIssue ??= `users.${count}.${formatIssue(parsed.error)}`
      count += 1
    }
  }
  if (count === 0)
    throw new InvalidResponseError(`${usersLabel} is empty, although the token belongs to a person`)
  if (emails.size === 0)
    throw new InvalidResponseError(`${usersLabel} has an unexpected shape: ${firstIssue}`)
  return emails
}

/** Reads the pages of a list by the links in them; Harvest's documents advise against building the URLs. */
async function* followLinks(path: string, get: Get): AsyncGenerator<TrackerResponse> {
  const visits = new Map<string, number>()
  for (let next: string | null = path; next !== null; ) {
    const count = (visits.get(next) ?? 0) + 1
    if (count > maxVisits) throw new InvalidResponseError("Harvest's pages form a loop; try again later")
    visits.set(next, count)
    const response = await get(next)
    yield response
    const { links } = parseResponse(page, response.body, "Harvest's page")
    next = links.next === null ? null : toPath(links.next)
  }
}

/**
 * Keeps only the path of a link, so that the token is sent to HARVEST_URL and to no other server. What precedes `/v2/`
 * is the prefix of a proxy, which may rewrite the links or pass on Harvest's own.
 */
function toPath(link: string): string {
  const { pathname, search } = new URL(link)
  return `${pathname.replace(/^.*(?=\/v2\/)/, '')}${search}`
}

function parseRow(value: unknown, position: string): Row {
  const parsed = timeEntry.safeParse(value)
  if (parsed.success) return parsed.data
  const { id } = z.object({ id: z.int() }).safeParse(value).data ?? { id: position }
  const known = knownFields.safeParse(value).data ?? {}
  return { id: String(id), reason: formatIssue(parsed.error), known }
}

/**
 * Returns a check that throws if no row was valid so far: then the response has another shape. After the first valid
 * row, an invalid one is the problem of one entry, even if it is alone on the last page.
 */
function createReadableCheck(): (rows: readonly Row[]) => void {
  let hasReadOne = false
  return (rows) => {
    hasReadOne ||= rows.some((row) => !('reason' in row))
    const [first] = rows
    if (hasReadOne || first === undefined) return
    const { id, reason } = first as InvalidRow
    throw new InvalidResponseError(`Harvest's entries have an unexpected shape: ${reason} (entry ${id})`)
  }
}

function toVersion(row: Row): RecordVersion {
  if ('reason' in row) return { id: row.id, place: '', version: row.reason, createdAt: undefined }
  const createdAt = row.created_at === undefined ? undefined : new Date(row.created_at)
  return { id: String(row.id), place: row.spent_date, version: row.updated_at, createdAt }
}

function toSourceRecord(row: Row, emails: ReadonlyMap<number, string>): SourceRecord {
  if ('reason' in row) {
    const { user, spent_date: day, project, hours } = row.known
    const person = user === undefined ? undefined : (emails.get(user.id) ?? String(user.id))
    const details = { person, day, project: project?.name, hours }
    return { kind: 'unreadable', externalId: row.id, reason: row.reason, details }
  }
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
  const defined = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${path}?${new URLSearchParams(defined)}`
}
