import { ExportFileError, ExportSettingError } from './export-error.ts'
import { type ExportFile, maxJsonBytes, maxRowCharacters, type TableRow } from './export-file.ts'
import type { ExportOptions } from './options.ts'
import { decodeText } from './text-encoding.ts'

/** Reads a JSON list of objects into memory; larger exports must be NDJSON. */
export async function* readJsonList(
  { name, readBytes }: ExportFile,
  { encoding, listPath }: ExportOptions,
): AsyncGenerator<TableRow> {
  let text = ''
  for await (const chunk of decodeText(limitBytes(readBytes(), name), name, encoding)) text += chunk
  const list = findList(parseJson(text, name), listPath, name)
  for (const [i, value] of list.entries()) yield toRow(`${name}, item ${i + 1}`, i + 1, value)
}

async function* limitBytes(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxJsonBytes)
      throw new ExportSettingError(
        `${file} is too large for a JSON list; export it as .ndjson, one object per line`,
      )
    yield chunk
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ExportFileError(`${file}: ${(error as Error).message}`)
  }
}

/** Finds the list: the value itself, or the one at the path. A list alone needs no path. */
function findList(value: unknown, path: string | undefined, file: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (path !== undefined) {
    const list = path
      .split('.')
      .reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), value)
    if (Array.isArray(list)) return list
    throw new ExportSettingError(`${file} has no list at ${path}; correct CSV_LIST_PATH${nameLists(value)}`)
  }
  const advice = nameLists(value)
  throw new ExportFileError(
    `${file} is not a JSON array of objects${advice === '' ? '' : `; set CSV_LIST_PATH to the path of the list${advice}`}`,
  )
}

function nameLists(value: unknown): string {
  const lists = isObject(value) ? Object.keys(value).filter((key) => Array.isArray(value[key])) : []
  return lists.length === 0 ? '' : `. It has the lists ${lists.slice(0, 10).join(', ')}`
}

/** Reads one JSON object per line. */
export async function* readJsonLines(
  { name, readBytes }: ExportFile,
  { encoding }: ExportOptions,
): AsyncGenerator<TableRow> {
  let number = 0
  let isEmpty = true
  for await (const line of splitLines(decodeText(readBytes(), name, encoding))) {
    number += 1
    const position = `${name}, line ${number}`
    if (line.length > maxRowCharacters)
      throw new ExportFileError(`${position}: is longer than ${maxRowCharacters} characters`)
    if (line.trim() === '') continue
    isEmpty = false
    yield toRow(position, number, parseLine(line, position))
  }
  // An export that failed at its beginning looks the same.
  if (isEmpty) throw new ExportFileError(`${name} is empty: it has no object`)
}

/** Splits text into lines; stops after a line that is too long. */
async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
    if (rest.length > maxRowCharacters) break
  }
  yield rest
}

function parseLine(line: string, position: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new ExportFileError(`${position}: is not JSON`)
  }
}

function toRow(position: string, number: number, value: unknown): TableRow {
  return isObject(value)
    ? { position, number, cells: value }
    : { position, number, cells: {}, error: 'it is not an object' }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
