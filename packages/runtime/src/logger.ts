import { type BaseLogger, type DestinationStream, pino } from 'pino'
import { redactFields } from './redact.ts'

/** Pino's methods except `child`, because the bindings of a child are not redacted. */
export type Logger = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** Where a log writes its lines; each ends with a line feed. */
export type LogOutput = DestinationStream

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
 * Creates the logger of a process. It writes JSON lines with the name of the process, and redacts secret fields.
 * @param level a level of pino: trace, debug, info, warn, error, fatal or silent
 * @param destination default: standard output
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
      log: (fields: object) => redactFields(fields),
    },
    // redactFields has serialized errors already.
    serializers: { err: (error: unknown) => error },
  }
  return pino(options, destination)
}

/** The longest time for which a line stays in the buffer. */
const flushMs = 1000
const bufferBytes = 32_768

/**
 * Buffers standard output, because a system call for each line is expensive in a log with one line per request. It writes
 * blocks of 32 KB, or what it has once a second and when the process exits. A process that is killed loses up to a second of lines.
 */
export class BufferedOutput implements LogOutput {
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
 * Limits error lines to one per second and problem, so that an outage does not write one stack per request. The next line has
 * the number of `suppressed` lines.
 */
export function limitErrorLines(logger: Logger): Logger {
  const limits = new Map<string, { until: number; suppressed: number }>()
  const error = (fields: { problem?: string }, message: string) => {
    const key = fields.problem ?? message
    const now = performance.now()
    const limit = limits.get(key)
    if (limit !== undefined && now < limit.until) {
      limit.suppressed++
      return
    }
    limits.set(key, { until: now + 1000, suppressed: 0 })
    logger.error(limit?.suppressed ? { ...fields, suppressed: limit.suppressed } : fields, message)
  }
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    fatal: logger.fatal.bind(logger),
    error: error as Logger['error'],
  }
}
