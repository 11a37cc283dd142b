import { mkdtempSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { csv } from '../src/trackers/csv/csv.ts'
import type { SourceRecord, TrackerClient } from '../src/trackers/tracker.ts'
import type { Window } from '../src/trackers/window.ts'

/** The header of a file whose columns need no mapping. */
export const contract = 'external_id,user_id,date,project,hours,notes\n'

/** A folder that is empty at the beginning of each test. */
export const folder = mkdtempSync(join(tmpdir(), 'timesheets-csv-'))
beforeEach(async () => {
  await rm(folder, { recursive: true })
  await mkdir(folder)
})
afterAll(() => rm(folder, { recursive: true }))

/** The tracker for files makes no requests. */
export const noClient = undefined as unknown as TrackerClient

/**
 * Writes files (name → text) into the folder, and reads the folder.
 * @param options.notices receives what was recognized
 */
export async function readFiles(
  files: Readonly<Record<string, string | Buffer>>,
  {
    settings,
    window,
    notices,
  }: { settings?: Readonly<Record<string, string>>; window?: Window; notices?: string[] } = {},
): Promise<SourceRecord[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const config = readConfig({ CSV_PATH: folder, ...settings }, csv.settings)
  const tracker = csv.open(config, noClient)
  const records = await Array.fromAsync(tracker.read(window ?? {}))
  notices?.push(...tracker.notices!)
  return records
}
