/** How the content of a file is written. */
export const fileTypes = ['csv', 'tsv', 'json', 'ndjson', 'xlsx'] as const
export type FileType = (typeof fileTypes)[number]

/** A file of an export. The package does no I/O: the caller opens files. */
export interface ExportFile {
  /** For messages, without the folder. */
  readonly name: string
  readonly type: FileType
  /** Opens the content of a text file, decompressed. It is called again for each reading. */
  readonly readBytes: () => AsyncIterable<Uint8Array>
  /** Reads the rows of the first sheet of a spreadsheet. It is called again for each reading. */
  readonly readSheet: () => Promise<readonly (readonly unknown[])[]>
}

const typesByExtension: Readonly<Record<string, FileType>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  xlsx: 'xlsx',
}

/** The extensions of files that can be read, each also with `.gz`, except `.xlsx`, which is compressed itself. */
export const fileExtensions = Object.keys(typesByExtension).map((extension) => `.${extension}`)

/** Returns the type of a file by its name, without regard to `.gz`; undefined if it is none that can be read. */
export function findFileType(name: string): FileType | undefined {
  const match = /\.([a-z]+)(\.gz)?$/i.exec(name)
  const type = typesByExtension[match?.[1]?.toLowerCase() ?? '']
  return type === 'xlsx' && match?.[2] !== undefined ? undefined : type
}

/** A row of a table, before its columns have a meaning. */
export interface TableRow {
  /** In the file, for people: `hours.csv, line 17`. */
  readonly position: string
  /** The number in `position`. */
  readonly number: number
  /** The cells in the order of the header, or the fields of a JSON object. */
  readonly cells: readonly unknown[] | Readonly<Record<string, unknown>>
  /** Why the row cannot be read, whatever its columns mean. */
  readonly error?: string
}

/** A longer row is most likely a quote that is not closed, and would fill the memory. */
export const maxRowCharacters = 1024 * 1024
/** A JSON list is read whole. */
export const maxJsonBytes = 256 * 1024 * 1024
