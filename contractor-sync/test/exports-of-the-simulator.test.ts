import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { formatNames } from '@timesheets/exports/formats'
import { readHarvestConfig } from '@timesheets/fake-harvest/config'
import { createHarvest, type Harvest } from '@timesheets/fake-harvest/harvest'
import type { TimeEntry } from '@timesheets/fake-harvest/time-entry'
import type { TrackerEntry } from '../src/trackers/tracker.ts'
import { folder, readFiles } from './csv-folder.ts'

/** Writes one entry as a row of a program's export; the columns in the order of its header. */
interface Writer {
  readonly header: readonly string[]
  readonly write: (entry: SimulatedEntry) => readonly (string | number)[]
  readonly settings?: Readonly<Record<string, string>>
}

/** An entry of the simulator, with what an export needs besides. */
interface SimulatedEntry {
  readonly id: number
  readonly day: string
  readonly name: string
  readonly email: string
  readonly client: string
  readonly project: string
  readonly task: string
  readonly notes: string
  readonly hours: number
  readonly seconds: number
}

const pad = (number: number) => String(number).padStart(2, '0')
const clock = (seconds: number) =>
  `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
const startSeconds = 8 * 3600
const us = (day: string) => day.replace(/^(\d{4})-(\d{2})-(\d{2})$/, '$2/$3/$1')
const twelve = (seconds: number) =>
  `${pad(((Math.floor(seconds / 3600) + 11) % 12) + 1)}:${clock(seconds).slice(3)} ${seconds < 43_200 ? 'AM' : 'PM'}`
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const words = (day: string) =>
  `${months[Number(day.slice(5, 7)) - 1]} ${Number(day.slice(8))}, ${day.slice(0, 4)}, 9:15 AM`
const spoken = (s: number) =>
  `${Math.floor(s / 3600)}h ${Math.floor(s / 60) % 60}m ${s % 60}s`.replaceAll(/\b0[hms] ?/g, '').trim() ||
  '0m'

const writers: Readonly<Record<(typeof formatNames)[number], Writer>> = {
  harvest: {
    header: [
      'Date',
      'Client',
      'Project',
      'Project Code',
      'Task',
      'Notes',
      'Hours',
      'Billable?',
      'First Name',
      'Last Name',
    ],
    write: (e) => [e.day, e.client, e.project, '', e.task, e.notes, e.hours, 'Yes', ...e.name.split(' ', 2)],
  },
  toggl: {
    header: [
      'User',
      'Email',
      'Client',
      'Project',
      'Task',
      'Description',
      'Billable',
      'Start date',
      'Start time',
      'End date',
      'End time',
      'Duration',
      'Tags',
    ],
    write: (e) => [
      e.name,
      e.email,
      e.client,
      e.project,
      e.task,
      e.notes,
      'No',
      e.day,
      clock(startSeconds),
      e.day,
      clock(startSeconds + e.seconds),
      clock(e.seconds),
      '',
    ],
  },
  clockify: {
    header: [
      'Project',
      'Client',
      'Description',
      'Task',
      'User',
      'Group',
      'Email',
      'Start Date',
      'Start Time',
      'End Date',
      'End Time',
      'Duration (h)',
      'Duration (decimal)',
    ],
    write: (e) => [
      e.project,
      e.client,
      e.notes,
      e.task,
      e.name,
      '',
      e.email,
      us(e.day),
      twelve(startSeconds),
      us(e.day),
      twelve(startSeconds + e.seconds),
      clock(e.seconds),
      (e.seconds / 3600).toFixed(2),
    ],
    settings: { CSV_DATE_FORMAT: 'MM/dd/yyyy' },
  },
  kimai: {
    header: [
      'Date',
      'From',
      'To',
      'Duration',
      'Rate',
      'User',
      'Customer',
      'Project',
      'Activity',
      'Description',
    ],
    write: (e) => [e.day, '08:00', '', e.seconds, '0', e.email, e.client, e.project, e.task, e.notes],
  },
  jira: {
    header: [
      'Worklog id',
      'Author',
      'Summary',
      'Work description',
      'Issue',
      'Project',
      'Started',
      'Time spent',
    ],
    write: (e) => [e.id, e.name, 'A summary', e.notes, 'AB-1', e.project, words(e.day), spoken(e.seconds)],
  },
  tempo: {
    header: [
      'Issue Key',
      'Issue summary',
      'Hours',
      'Work date',
      'Username',
      'Full name',
      'Project Name',
      'Epic Link',
      'Work Description',
      'Epic Link',
    ],
    write: (e) => [
      'AB-1',
      'A summary',
      e.hours,
      `${e.day} 08:00`,
      e.email,
      e.name,
      e.project,
      '',
      e.notes,
      '',
    ],
  },
  redmine: {
    header: ['#', 'Date', 'User', 'Activity', 'Project', 'Issue', 'Comment', 'Hours'],
    write: (e) => [e.id, e.day, e.name, e.task, e.project, 'Bug #1', e.notes, e.hours],
  },
  solidtime: {
    header: [
      'Description',
      'Task',
      'Project',
      'Client',
      'User',
      'Start',
      'End',
      'Duration',
      'Duration (decimal)',
      'Billable',
      'Tags',
    ],
    write: (e) => [
      e.notes,
      e.task,
      e.project,
      e.client,
      e.name,
      `${e.day} ${clock(startSeconds)}`,
      `${e.day} ${clock(startSeconds + e.seconds)}`,
      clock(e.seconds),
      e.seconds / 3600,
      'No',
      '',
    ],
  },
}

const quote = (cell: string | number) => `"${String(cell).replaceAll('"', '""')}"`

let harvest: Harvest
let entries: readonly SimulatedEntry[]
beforeAll(async () => {
  const config = readHarvestConfig({
    HARVEST_DATA_DIR: `${folder}-harvest`,
    HARVEST_CONTRACTORS: '5',
    HARVEST_WEEKS: '3',
    HARVEST_RATE_LIMIT: '0',
  })
  harvest = createHarvest(config)
  const url = await harvest.listen()
  const headers = {
    Authorization: 'Bearer local-only-harvest-token',
    'Harvest-Account-Id': '1000001',
    'User-Agent': 'a test (test@example.com)',
  }
  const get = async <T>(path: string) => (await (await fetch(new URL(path, url), { headers })).json()) as T
  const { users } = await get<{ users: { id: number; email: string }[] }>('/v2/users')
  const { time_entries: rows } = await get<{ time_entries: TimeEntry[] }>('/v2/time_entries')
  const emails = new Map(users.map(({ id, email }) => [id, email]))
  entries = rows
    .filter(({ is_running }) => !is_running)
    .map((row) => ({
      id: row.id,
      day: row.spent_date,
      name: row.user.name,
      email: emails.get(row.user.id)!,
      client: row.client.name,
      project: row.project.name,
      task: row.task.name,
      notes: row.notes ?? '',
      hours: row.hours,
      seconds: Math.round(row.hours * 3600),
    }))
})
afterAll(async () => {
  await harvest.close()
  await rm(`${folder}-harvest`, { recursive: true })
})

describe.each(formatNames)('an export of %s', (name) => {
  const { header, write, settings = {} } = writers[name]
  /** Sums seconds by day and project. */
  const sum = (rows: readonly { day: string; project: string; seconds: number }[]) => {
    const sums: Record<string, number> = {}
    for (const { day, project, seconds } of rows)
      sums[`${day} ${project}`] = (sums[`${day} ${project}`] ?? 0) + seconds
    return sums
  }
  const read = async (rows: readonly SimulatedEntry[], more: Readonly<Record<string, string>>) => {
    const lines = [header, ...rows.map(write)].map((cells) => cells.map(quote).join(','))
    const records = await readFiles(
      { 'export.csv': `${lines.join('\r\n')}\r\n` },
      { settings: { ...settings, ...more } },
    )
    expect(records.filter(({ kind }) => kind !== 'entry')).toEqual([])
    return records as readonly TrackerEntry[]
  }
  const toSum = (records: readonly TrackerEntry[]) =>
    sum(
      records.map(({ date, project, hours }) => ({
        day: date.slice(0, 10),
        project,
        seconds: Math.round(hours * 3600),
      })),
    )

  test.each(['auto', name])(
    'has to the second the hours of the API, with CSV_FORMAT=%s',
    async (CSV_FORMAT) => {
      expect(entries.length).toBeGreaterThan(100)
      const records = await read(entries, { CSV_FORMAT })
      expect(records).toHaveLength(entries.length)
      expect(toSum(records)).toEqual(sum(entries))
      expect(new Set(records.map(({ externalId }) => externalId)).size).toBe(entries.length)
    },
  )

  test('gives the same identities in any order', async () => {
    const identify = async (rows: readonly SimulatedEntry[]) =>
      (await read(rows, {})).map(({ externalId, hours }) => `${externalId} ${hours}`).sort()
    expect(await identify(entries.toReversed())).toEqual(await identify(entries))
  })
})
