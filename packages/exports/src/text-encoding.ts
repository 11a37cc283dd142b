import { ExportFileError, ExportSettingError } from './export-error.ts'

const byteOrderMarks: readonly (readonly [encoding: string, ...bytes: number[]])[] = [
  ['utf-8', 0xef, 0xbb, 0xbf],
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
]

/** Enough to see the encoding; what is decided from it is the same for the whole file. */
const sampleBytes = 64 * 1024

/**
 * Parses CSV_ENCODING: a label of the Encoding Standard.
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function parseEncoding(text: string): string {
  // "utf16le" is how Node writes it.
  const label = text.trim().replace(/^utf-?16-?(le|be)$/i, 'utf-16$1')
  try {
    return new TextDecoder(label).encoding
  } catch {
    throw new Error(`"${text}" is no encoding such as utf-8, utf-16le or windows-1252`)
  }
}

/**
 * Decodes a file. A byte order mark decides its encoding; otherwise the setting does, and without one it is UTF-8.
 * Anything else is an error, not a name with question marks.
 * @param file for error messages
 * @throws {ExportFileError} the bytes are not of the encoding
 * @throws {ExportSettingError} they are most likely of another one
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  encoding: string | undefined,
): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let sample = new Uint8Array()
  const start = () => {
    const selected = selectEncoding(sample, file, encoding)
    decoder = new TextDecoder(selected, { fatal: true })
    return decode(decoder, sample, { stream: true }, file)
  }
  for await (const chunk of chunks) {
    if (decoder !== undefined) {
      yield decode(decoder, chunk, { stream: true }, file)
      continue
    }
    sample = concatenate(sample, chunk)
    if (sample.length >= sampleBytes) yield start()
  }
  if (decoder === undefined) yield start()
  yield decode(decoder!, new Uint8Array(), {}, file)
}

function concatenate(a: Uint8Array, b: Uint8Array) {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
  options: { stream?: boolean },
  file: string,
): string {
  try {
    return decoder.decode(bytes, options)
  } catch {
    const name = decoder.encoding.toUpperCase()
    const advice =
      name === 'UTF-8' ? ', or set CSV_ENCODING, for example to windows-1252' : '; correct CSV_ENCODING'
    throw new ExportFileError(`${file} is not ${name}; save it as UTF-8${advice}`)
  }
}

function selectEncoding(sample: Uint8Array, file: string, encoding: string | undefined): string {
  const mark = byteOrderMarks.find(([, ...bytes]) => bytes.every((byte, i) => sample[i] === byte))
  if (mark !== undefined) return mark[0]
  const selected = encoding ?? 'utf-8'
  const wide = findUtf16(sample)
  if (wide !== undefined && !selected.startsWith('utf-16'))
    throw new ExportSettingError(
      `${file} is most likely UTF-16; set CSV_ENCODING=${wide}, or save it as UTF-8`,
    )
  if (wide === undefined && selected.startsWith('utf-16') && isUtf8(sample))
    throw new ExportSettingError(`${file} is UTF-8, and not ${selected.toUpperCase()}; correct CSV_ENCODING`)
  // A single-byte encoding decodes anything: ü in UTF-8 would become Ã¼.
  if (!selected.startsWith('utf-') && hasNonAscii(sample) && isUtf8(sample))
    throw new ExportSettingError(`${file} is UTF-8, and not ${selected.toUpperCase()}; correct CSV_ENCODING`)
  return selected
}

/** In UTF-16, every second byte of Latin text is zero. */
function findUtf16(sample: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const zeros = [0, 0]
  for (let i = 0; i < sample.length; i += 1) {
    if (sample[i] === 0) zeros[i % 2]! += 1
  }
  const [even, odd] = zeros as [number, number]
  const many = sample.length / 5
  if (odd > many && even < odd / 4) return 'utf-16le'
  return even > many && odd < even / 4 ? 'utf-16be' : undefined
}

const hasNonAscii = (sample: Uint8Array) => sample.some((byte) => byte > 0x7f)

function isUtf8(sample: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true })
    return true
  } catch {
    return false
  }
}
