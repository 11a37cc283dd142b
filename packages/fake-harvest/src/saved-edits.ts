import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TimeEntry } from './time-entry.ts'

/** What the data of a first start depends on; a later start must find the same. */
export interface FirstStart {
  /** The day (UTC) of the first start. */
  readonly day: string
  readonly contractors: number
  readonly weeks: number
}

/** The rows that differ from the first start's, by id; null where the row was deleted. */
export type Edits = Map<number, TimeEntry | null>

/**
 * The folder's first start: read, or written where this is it.
 * @throws {Error} where the folder was made for other data
 */
export function firstStart(dataDir: string, wanted: FirstStart): FirstStart {
  mkdirSync(dataDir, { recursive: true })
  const path = join(dataDir, 'first-start.json')
  const kept = readJson<FirstStart>(path)
  if (kept === undefined) {
    writeFileSync(temporary(path), JSON.stringify(wanted))
    renameSync(temporary(path), path)
    return wanted
  }
  if (kept.contractors !== wanted.contractors || kept.weeks !== wanted.weeks) {
    throw new Error(
      `${path} is of ${kept.contractors} contractors and ${kept.weeks} weeks, ` +
        `the configuration of ${wanted.contractors} and ${wanted.weeks}: change it back, or remove the folder`,
    )
  }
  return kept
}

/** The edits of a data folder, and the file they are kept in. */
export class SavedEdits {
  readonly rows: Edits
  readonly #path: string
  #underWay: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'edits.json')
    const kept = readJson<Record<string, TimeEntry | null>>(this.#path) ?? {}
    this.rows = new Map(Object.entries(kept).map(([id, row]) => [Number(id), row]))
  }

  /**
   * Resolves when a file that holds all edits so far is in place. It is whole at every moment, so a
   * killed process loses nothing that was answered. (Without fsync: a laptop's power cut may.)
   * Edits that arrive while a file is being written share the next one.
   */
  save(): Promise<void> {
    this.#next ??= this.#underWay
      .catch(() => undefined) // told to those who waited for it
      .then(() => {
        this.#underWay = this.#next ?? Promise.resolve()
        this.#next = undefined
        return this.#write()
      })
    return this.#next
  }

  async #write(): Promise<void> {
    await writeFile(temporary(this.#path), JSON.stringify(Object.fromEntries(this.rows)))
    await rename(temporary(this.#path), this.#path)
  }
}

function temporary(path: string): string {
  return `${path}.new`
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${path} cannot be read: ${(error as Error).message}`)
  }
}
