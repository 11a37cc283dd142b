import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TimeEntry } from './time-entry.ts'

/** The values that the generated entries depend on. Later starts must have the same values. */
export interface FirstStart {
  /** The day (UTC) of the first start. */
  readonly day: string
  readonly contractors: number
  readonly weeks: number
}

/** The rows that differ from the first start, by id; null for a deleted row. */
export type Edits = Map<number, TimeEntry | null>

/**
 * Reads the values of the folder's first start. The first start writes them.
 * @throws {Error} when the folder has other values
 */
export function readFirstStart(dataDir: string, wanted: FirstStart): FirstStart {
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
      `${path} was created for ${kept.contractors} contractors and ${kept.weeks} weeks, but the configuration has ` +
        `${wanted.contractors} and ${wanted.weeks}. Change it back, or remove the folder.`,
    )
  }
  return kept
}

/** The edits of a data folder and their file. */
export class SavedEdits {
  readonly rows: Edits
  readonly #path: string
  #inFlight: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true })
    this.#path = join(dataDir, 'edits.json')
    const kept = readJson<Record<string, TimeEntry | null>>(this.#path) ?? {}
    this.rows = new Map(Object.entries(kept).map(([id, row]) => [Number(id), row]))
  }

  /**
   * Resolves when all edits so far are saved. The file is replaced atomically, so a killed process loses no confirmed
   * edit (a power failure may, because there is no fsync). Edits that arrive during a write share the next write.
   */
  save(): Promise<void> {
    this.#next ??= this.#inFlight
      .catch(() => undefined) // its own callers received the error
      .then(() => {
        this.#inFlight = this.#next ?? Promise.resolve()
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
