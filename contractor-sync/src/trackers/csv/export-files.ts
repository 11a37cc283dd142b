import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ExportFileError, ExportSettingError } from '@timesheets/exports/export-error'
import { type ExportFile, type FileType, fileExtensions, findFileType } from '@timesheets/exports/export-file'
import { readFirstSheet } from './sheet.ts'

/** The files of CSV_PATH, and what a folder has besides. */
export interface FileList {
  /** From the oldest to the newest: by their names. */
  readonly files: readonly ExportFile[]
  /** Names that are not read: other endings, and folders. Hidden files are not among them. */
  readonly ignored: readonly string[]
}

const extensions = fileExtensions.join(', ')

/**
 * Lists a file, or the files of a folder.
 * @param onNotice called with what is left out of a file
 * @param signal ends the reading of a file
 * @param onLeftOut called where that may have entries
 * @throws {ExportSettingError} there is nothing that can be read
 */
export async function listFiles(
  path: string,
  onNotice: (notice: string) => void,
  signal: AbortSignal | undefined,
  onLeftOut: (what: string) => void = () => {},
): Promise<FileList> {
  const onSheets = (notice: string) => {
    onNotice(notice)
    onLeftOut(notice)
  }
  const names = await readFolder(path).catch((error: NodeJS.ErrnoException) => {
    throw new ExportSettingError(`There is no file or folder at ${path} (${error.code}); correct CSV_PATH`)
  })
  if (names === undefined) {
    const type = findFileType(path)
    if (type === undefined) throw new ExportSettingError(`${path} is none of ${extensions}; correct CSV_PATH`)
    return { files: [openFile(path, type, onSheets, signal)], ignored: [] }
  }
  // macOS writes `._hours.csv` beside `hours.csv`, and Excel `~$hours.xlsx` while it has hours.xlsx open.
  const visible = names
    .filter(({ name }) => !/^(\.|~\$)/.test(name))
    .sort((a, b) => compareNames(a.name, b.name))
  const files = visible.flatMap(({ name, isFolder }) => {
    const type = findFileType(name)
    return type === undefined || (isFolder && !/\./.test(name))
      ? []
      : [openFile(join(path, name), type, onSheets, signal)]
  })
  const ignored = visible
    .filter(({ name }) => findFileType(name) === undefined)
    .map(({ name, isFolder }) => (isFolder ? `${name}/ (a folder)` : name))
  if (files.length === 0) {
    const found = ignored.length === 0 ? '' : `; it has ${ignored.slice(0, 10).join(', ')}`
    throw new ExportSettingError(`The folder ${path} has no ${extensions}${found}; correct CSV_PATH`)
  }
  return { files, ignored }
}

/**
 * Identifies the content of each file that `listFiles` returns, by its name: SHA-256, in hex. A file that cannot be read is
 * reported by the read itself.
 * @throws {ExportSettingError} there is nothing that can be read
 */
export async function fingerprintFiles(
  path: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const { files } = await listFiles(path, () => {}, signal)
  const fingerprints = new Map<string, string>()
  for (const file of files) {
    const digest = createHash('sha256')
    try {
      for await (const bytes of file.readBytes()) digest.update(bytes)
    } catch (error) {
      if (signal?.aborted) throw error
      digest.update((error as Error).message)
    }
    fingerprints.set(file.name, digest.digest('hex'))
  }
  return fingerprints
}

/** Returns what is in a folder; undefined if the path is not a folder. */
async function readFolder(path: string) {
  if (!(await stat(path)).isDirectory()) return undefined
  const entries = await readdir(path, { withFileTypes: true })
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
}

const natural = new Intl.Collator('en', { numeric: true })

/** Compares names without extension, numbers by their value: 2026-9 is before 2026-10, and "hours" before "hours (1)". */
function compareNames(a: string, b: string): number {
  const stem = (name: string) => name.replace(/(\.[a-z]+)(\.gz)?$/i, '')
  return natural.compare(stem(a), stem(b)) || (a < b ? -1 : 1)
}

function openFile(
  path: string,
  type: FileType,
  onSheets: (notice: string) => void,
  signal: AbortSignal | undefined,
): ExportFile {
  return {
    name: basename(path),
    type,
    readBytes: () => readBytes(path, signal),
    async readSheet() {
      await requireFile(path)
      const { rows, otherSheets } = await readFirstSheet(path)
      if (otherSheets.length > 0)
        onSheets(`${basename(path)}: only its first sheet is read, not ${otherSheets.join(', ')}`)
      return rows
    },
  }
}

async function* readBytes(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    await requireFile(path)
    const file = createReadStream(path, signal === undefined ? {} : { signal })
    // An error of the file destroys the decompression, and is thrown by its iterator.
    yield* path.toLowerCase().endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file
  } catch (error) {
    throw explainError(error as NodeJS.ErrnoException, path)
  }
}

/** Reading a named pipe could block forever. */
async function requireFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return
  } catch (error) {
    throw explainError(error as NodeJS.ErrnoException, path)
  }
  throw new ExportSettingError(`${path} is not a file; correct CSV_PATH`)
}

function explainError(error: NodeJS.ErrnoException, path: string): Error {
  const { code, syscall } = error
  if (code === 'ENOENT') return new ExportSettingError(`There is no file ${path}; correct CSV_PATH`)
  if (code?.startsWith('Z_')) return new ExportFileError(`${path} is not gzip, or not all of it (${code})`)
  return syscall === undefined
    ? error
    : new ExportSettingError(`${path} cannot be read (${code}); correct CSV_PATH`)
}
