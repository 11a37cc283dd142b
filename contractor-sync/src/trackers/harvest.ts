import { setting } from '@timesheets/runtime/config'
import { z } from 'zod'
import { IdTable } from '../compact/id-table.ts'
import { InvalidResponseError } from '../errors.ts'
import { formatIssue, parseResponse } from '../http/parse-response.ts'
import { headerSetting } from './header-setting.ts'
import { type ChangingList, type Page, type RecordVersion, readConsistently } from './stable-pagination.ts'
import {
  defineTracker,
  type Selection,
  type SourceRecord,
  type TrackerPerson,
  type TrackerResponse,
} from './tracker.ts'

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
    const unknownFields = new Map<string, number>()
    // Read at the start of a run by `listPeople`. A person who is not in it may be new: then it is read again.
    let knownPeople: People | undefined
    const readKnownPeople = async (): Promise<People> => {
      knownPeople ??= await readPeople(withQuery(usersPath, { per_page: perPage }), get)
      return knownPeople
    }
    const findPeople = async (row: Row): Promise<People> => {
      const known = await readKnownPeople()
      if ('reason' in row || known.emails.has(row.user.id) || known.unlisted.has(row.user.id)) return known
      knownPeople = undefined
      const current = await readKnownPeople()
      // Read it once for each new person, and not for each entry of a person whom the list does not have.
      if (!current.emails.has(row.user.id)) current.unlisted.add(row.user.id)
      return current
    }
    const buildListPath = ({ from, to, updatedSince }: Selection) =>
      withQuery(entriesPath, { from, to, updated_since: updatedSince, per_page: perPage })
    return {
      source: 'harvest',
      readsChanges: true,
      async *read(selection, { ids = new IdTable(), onTotal, onIncomplete } = {}) {
        await readKnownPeople()
        const requireReadable = createReadableCheck()
        const list: ChangingList<Row> = {
          pages: () => readEntryPages(buildListPath(selection), get, requireReadable, unknownFields, onTotal),
          changedSince: (instant) =>
            readEntryPages(
              buildListPath({ ...selection, updatedSince: instant.toISOString() }),
              get,
              requireReadable,
              unknownFields,
            ),
          toVersion,
          onMiscount(total, count) {
            onIncomplete?.(
              `Harvest counts ${total} entries and lists ${count}; those that it lists were read`,
            )
          },
        }
        for await (const row of readConsistently(list, ids)) {
          if ('reason' in row && !row.hasId) onIncomplete?.(`an entry has no valid id (${row.id})`)
          const record = toSourceRecord(row, await findPeople(row))
          if (record.kind === 'unreadable' && !('reason' in row)) onIncomplete?.(record.reason)
          yield record
        }
      },
      async find(externalId) {
        const { body } = await get(`${entriesPath}/${encodeURIComponent(externalId)}`, true)
        if (body === undefined) return undefined
        const row = parseRow(body, externalId)
        // A response about another entry says nothing about this one.
        if (String(row.id) !== externalId)
          throw new InvalidResponseError(`Harvest's entry ${externalId} has the id ${row.id}`)
        return toSourceRecord(row, await findPeople(row))
      },
      isOwnId: (externalId) => /^[1-9]\d*$/.test(externalId),
      async checkAccess() {
        const { body, at } = await get(`${usersPath}/me`)
        const { access_roles: roles = [] } = parseResponse(tokenOwner, body, "Harvest's owner of the token")
        // Managers see their teams only, and members themselves.
        const restriction = roles.includes('administrator')
          ? undefined
          : `the token belongs to ${roles.length === 0 ? 'a person without a role' : `a ${roles.join(', ')}`}, and only an administrator sees all hours`
        return { account: config.harvestAccountId, restriction, at }
      },
      async listPeople() {
        knownPeople = undefined
        const { emails } = await readKnownPeople()
        return [...emails].map(([id, email]) => toPerson(id, email))
      },
      unknownFields,
      async probe() {
        const first = { per_page: '1' }
        const users = parseResponse(usersPage, (await get(withQuery(usersPath, first))).body, usersLabel)
        const entries = parseResponse(
          entriesPage,
          (await get(withQuery(entriesPath, first))).body,
          entriesLabel,
        )
        return `${entries.total_entries.toLocaleString('en-US')} entries of ${users.total_entries} people can be read`
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
const withId = user.pick({ id: true })
const tokenOwner = z.object({ access_roles: z.array(z.string()).optional() })

/** What the list of people says. */
interface People {
  /** The e-mail address by id; undefined for a person without one. */
  readonly emails: Map<number, string | undefined>
  /** Whether the list has as many people as its own total says. */
  readonly isComplete: boolean
  /** People of entries who were not in the list when it was read again for them. */
  readonly unlisted: Set<number>
}

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
  readonly hasId: boolean
  readonly reason: string
  readonly known: z.infer<typeof knownFields>
}

type Row = z.infer<typeof timeEntry> | InvalidRow

/** https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/#the-time-entry-object */
const documentedFields = new Set([
  ...Object.keys(timeEntry.shape),
  ...[
    'user_assignment',
    'client',
    'task',
    'task_assignment',
    'external_reference',
    'invoice',
    'rounded_hours',
  ],
  ...['hours_without_timer', 'is_locked', 'locked_reason', 'approval_status', 'is_closed', 'is_billed'],
  ...['timer_started_at', 'started_time', 'ended_time', 'billable', 'budgeted', 'billable_rate', 'cost_rate'],
])

async function* readEntryPages(
  path: string,
  get: Get,
  requireReadable: (rows: readonly Row[]) => void,
  unknownFields: Map<string, number>,
  onTotal?: (total: number) => void,
): AsyncGenerator<Page<Row>> {
  let number = 0
  for await (const { body, at } of followLinks(path, get)) {
    const { time_entries, total_entries: total } = parseResponse(entriesPage, body, entriesLabel)
    number += 1
    for (const row of time_entries) countUnknownFields(row, unknownFields)
    const rows = time_entries.map((row, index) => parseRow(row, `page ${number}, row ${index + 1}`))
    requireReadable(rows)
    onTotal?.(total)
    yield { rows, total, at }
  }
}

/** So many unknown fields are named. */
const maxUnknownFields = 100

function countUnknownFields(row: unknown, counts: Map<string, number>): void {
  for (const name in row as object) {
    if (documentedFields.has(name)) continue
    const count = counts.get(name)
    if (count !== undefined || counts.size < maxUnknownFields) counts.set(name, (count ?? 0) + 1)
  }
}

/**
 * Reads the e-mail addresses of all people, former ones included, because their hours stay. A person without an address
 * keeps the id; a list without any address is an unexpected shape, as is an empty one: the token belongs to a person.
 */
async function readPeople(path: string, get: Get): Promise<People> {
  const emails: People['emails'] = new Map()
  let [count, withoutId, total] = [0, 0, 0]
  let hasEmail = false
  let firstIssue: string | undefined
  for await (const { body } of followLinks(path, get)) {
    const page = parseResponse(usersPage, body, usersLabel)
    total = page.total_entries
    for (const value of page.users) {
      const parsed = user.safeParse(value)
      hasEmail ||= parsed.success
      const { id } = withId.safeParse(value).data ?? {}
      if (id === undefined) withoutId += 1
      else emails.set(id, parsed.data?.email)
      if (!parsed.success) firstIssue ??= `users.${count}.${formatIssue(parsed.error)}`
      count += 1
    }
  }
  if (count === 0)
    throw new InvalidResponseError(`${usersLabel} is empty, although the token belongs to a person`)
  if (!hasEmail) throw new InvalidResponseError(`${usersLabel} has an unexpected shape: ${firstIssue}`)
  return { emails, isComplete: emails.size + withoutId >= total, unlisted: new Set() }
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
  const id = withId.safeParse(value).data?.id
  const known = knownFields.safeParse(value).data ?? {}
  return {
    id: String(id ?? position),
    hasId: id !== undefined,
    reason: formatIssue(parsed.error),
    known,
  }
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

function toSourceRecord(row: Row, { emails, isComplete }: People): SourceRecord {
  if ('reason' in row) {
    const { user, spent_date: day, project, hours } = row.known
    const person = user === undefined ? undefined : (emails.get(user.id) ?? String(user.id))
    const details = { person, day, project: project?.name, hours }
    return { kind: 'unreadable', externalId: row.id, reason: row.reason, details }
  }
  const { user, spent_date: day, project, hours } = row
  if (!isComplete && !emails.has(user.id)) {
    // Without the address, the hours would be rejected, or become those of another `user_id`.
    const reason = `Harvest's list of people is not complete, and does not have person ${user.id}`
    const details = { person: String(user.id), day, project: project.name, hours }
    return { kind: 'unreadable', externalId: String(row.id), reason, details }
  }
  return {
    kind: 'entry',
    externalId: String(row.id),
    person: toPerson(user.id, emails.get(user.id)),
    date: day,
    project: project.name,
    hours,
    notes: row.notes,
    isRunning: row.is_running,
  }
}

function toPerson(id: number, email: string | undefined): TrackerPerson {
  return { id: String(id), ...(email ? { email } : {}) }
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const defined = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${path}?${new URLSearchParams(defined)}`
}
