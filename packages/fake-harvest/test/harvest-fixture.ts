import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect } from '@jest/globals'
import { readHarvestConfig } from '../src/config.ts'
import { createHarvest, type Harvest } from '../src/harvest.ts'
import type { Page } from '../src/paging.ts'
import type { TimeEntry } from '../src/time-entry.ts'

export type List = Page & { time_entries: TimeEntry[] }

export const entriesPath = '/v2/time_entries'

/** The headers that every request to Harvest needs. */
export const headers = {
  Authorization: 'Bearer local-only-harvest-token',
  'Harvest-Account-Id': '1000001',
  'User-Agent': 'harvest.test (test@example.com)',
}

const started: Harvest[] = []
const dataDirs: string[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((harvest) => harvest.close()))
  for (const dataDir of dataDirs.splice(0)) rmSync(dataDir, { recursive: true })
})

/** Creates a folder that is deleted when the test ends. */
export function createDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'harvest-'))
  dataDirs.push(dataDir)
  return dataDir
}

/** Starts a small simulator without a rate limit, which stops when the test ends. Returns functions to call it. */
export async function start(environment: Record<string, string> = {}, now?: () => Date) {
  const harvest = createHarvest(
    readHarvestConfig({
      HARVEST_DATA_DIR: environment.HARVEST_DATA_DIR ?? createDataDir(),
      HARVEST_CONTRACTORS: '14',
      HARVEST_WEEKS: '4',
      HARVEST_RATE_LIMIT: '0',
      ...environment,
    }),
    { now },
  )
  started.push(harvest)
  const url = await harvest.listen()

  const get = (path: string, init: RequestInit = {}) => fetch(new URL(path, url), { headers, ...init })
  const json = async <T>(path: string): Promise<T> => {
    const response = await get(path)
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }
  /** Fetches all pages of a list. */
  const all = async (path: string): Promise<TimeEntry[]> => {
    const rows: TimeEntry[] = []
    for (let next: string | null = path; next !== null; ) {
      const page: List = await json(next)
      rows.push(...page.time_entries)
      next = page.links.next
    }
    return rows
  }
  /** Calls the control API. */
  const local = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(new URL(`/local/${path}`, url), {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    expect(response.ok).toBe(true)
    return (await response.json()) as T
  }
  const arm = (...faults: object[]) => local('POST', 'faults', faults)
  return { url, get, json, all, local, arm, close: () => harvest.close() }
}

export const ids = (rows: readonly TimeEntry[]) => rows.map(({ id }) => id)
