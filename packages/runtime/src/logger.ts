import { type BaseLogger, type DestinationStream, pino } from 'pino'
import { redactMembers } from './redact.ts'

/** Without pino's `child`, whose bindings go past the redaction. */
export type Logger = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** Lines that standard output does not accept are kept up to this length, and later ones are lost. */
const maxUnwrittenBytes = 1024 * 1024

/**
 * Opens standard output for log lines. A log that cannot be written (its reader is gone, its disk is full) loses lines
 * and never ends or blocks the process.
 */
function openStandardOutput(): DestinationStream {
  // Synchronous: at exit, pino's asynchronous destination repeats a write that fails with EPIPE for ever.
  const output = pino.destination({ dest: 1, sync: true, maxLength: maxUnwrittenBytes })
  output.on('error', () => {})
  return output
}

/**
 * The logger of one process: JSON lines, each with the process's name.
 * @param level pino's level: trace, debug, info, warn, error, fatal, silent
 * @param destination where the lines go; default: standard output
 */
export function createLogger(
  name: string,
  level: string,
  destination: DestinationStream = openStandardOutput(),
): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (members: object) => redactMembers(members),
    },
    // An error has been written out by then.
    serializers: { err: (error: unknown) => error },
  }
  return pino(options, destination)
}

/** How long lines may stay in the buffer. */
const flushMs = 1000
const bufferBytes = 8192

/**
 * Standard output, written in blocks of some 8 KB or once a second, for logs of a line per request. What is buffered when a
 * process ends is written too; after a crash up to a second of lines is missing.
 */
export class BufferedOutput implements DestinationStream {
  #lines: string[] = []
  #bytes = 0
  readonly #output: DestinationStream
  readonly #timer: NodeJS.Timeout
  readonly #flushAtExit = () => this.flush()

  constructor(output: DestinationStream = openStandardOutput()) {
    this.#output = output
    this.#timer = setInterval(() => this.flush(), flushMs).unref()
    process.once('exit', this.#flushAtExit)
  }

  write(line: string): void {
    this.#lines.push(line)
    this.#bytes += line.length
    if (this.#bytes >= bufferBytes) this.flush()
  }

  flush(): void {
    if (this.#lines.length === 0) return
    const text = this.#lines.join('')
    this.#lines = []
    this.#bytes = 0
    this.#output.write(text)
  }

  close(): void {
    this.flush()
    clearInterval(this.#timer)
    process.off('exit', this.#flushAtExit)
  }
}

/**
 * Limits error lines to one a second for each problem, so that an outage does not write one stack per request. The next line
 * says how many were suppressed.
 */
export function limitErrorLines(logger: Logger): Logger {
  const limits = new Map<string, { until: number; suppressed: number }>()
  const error = (members: { problem?: string }, message: string) => {
    const key = members.problem ?? message
    const now = performance.now()
    const limit = limits.get(key)
    if (limit !== undefined && now < limit.until) {
      limit.suppressed++
      return
    }
    limits.set(key, { until: now + 1000, suppressed: 0 })
    logger.error(limit?.suppressed ? { ...members, suppressed: limit.suppressed } : members, message)
  }
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    fatal: logger.fatal.bind(logger),
    error: error as Logger['error'],
  }
}
