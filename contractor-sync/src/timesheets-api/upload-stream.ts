import { InvalidResponseError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, UploadItem, UploadOptions } from './client.ts'
import { LineBuffer, type ReadPosition } from './line-buffer.ts'
import type { UploadItemLine } from './upload-line.ts'

/** A stream ends after so many items, bytes, or so much time, so that little has to be sent again after a failure. */
const maxItems = 50_000
const maxBytes = 12 * 1024 * 1024
const maxMs = 60_000
/** The API ends a stream that pauses; the tracker may keep us waiting for longer. */
const maxPauseMs = 5000
/** So much may wait to be sent. */
const maxUnsentBytes = 1024 * 1024
/** Items are sent in portions of this size, or after this time: one write per item would cost more than all the rest. */
const portionBytes = 64 * 1024
const maxDelayMs = 100

export interface UploadStreamEvents<Details> {
  /** Called once per item, after it was stored. */
  readonly onResult: (item: UploadItem, line: UploadItemLine, details: Details | undefined) => void
  /** Called after each chunk that was stored. */
  readonly onProgress: () => void
}

/**
 * One upload of many items. It is sent while items are added, and what the API did with them is read at the same time.
 * After a failure, or a response without its summary, all items without a result are sent again, and only those are kept.
 * One of them may have been stored all the same: it has its identity, so it is not stored twice.
 */
export class UploadStream<Details> {
  readonly #events: UploadStreamEvents<Details>
  readonly #lines = new LineBuffer()
  readonly #details = new Map<number, Details>()
  /** Results come in the order of the items: so many have been reported. */
  #reported = 0
  readonly #startedAtMs = performance.now()
  readonly #pause: NodeJS.Timeout
  readonly #result: Promise<void>
  #delay: NodeJS.Timeout | undefined
  #hasFailed = false
  #isClosed = false
  #sentBytes = 0
  #attempt = 0
  #lastSignMs = performance.now()
  #changed = Promise.withResolvers<void>()

  constructor(
    api: Pick<ApiClient, 'uploadStream'>,
    retryBudget: Pick<RetryBudget, 'run'>,
    options: UploadOptions,
    events: UploadStreamEvents<Details>,
  ) {
    this.#events = events
    this.#pause = setTimeout(() => this.#close(), maxPauseMs).unref()
    this.#result = retryBudget.run(
      () => this.#send(api, options),
      () => this.#lastSignMs,
    )
    this.#result.catch(() => {
      // `finish` reports it.
      this.#hasFailed = true
      this.#wake()
    })
  }

  /** False if the stream takes no more items: `finish` it, and start another one. */
  get hasRoom(): boolean {
    const { count, bytes } = this.#lines
    const isFull = count >= maxItems || bytes >= maxBytes || performance.now() - this.#startedAtMs >= maxMs
    return !isFull && !this.#isClosed && !this.#hasFailed
  }

  /**
   * Adds an item.
   * @param details kept for `onResult`; leave them out where the item says enough
   */
  add(item: UploadItem, details?: Details): void {
    if (details !== undefined) this.#details.set(this.#lines.count, details)
    this.#lines.add(JSON.stringify(item))
    this.#pause.refresh()
    if (this.#lines.bytes - this.#sentBytes >= portionBytes) this.#wake()
    else this.#delay ??= setTimeout(() => this.#wake(), maxDelayMs).unref()
  }

  /** Waits until most of what was added is sent, or the upload has failed. */
  async drain(): Promise<void> {
    while (this.#lines.bytes - this.#sentBytes > maxUnsentBytes && !this.#hasFailed)
      await this.#changed.promise
  }

  /**
   * Ends the upload, and waits until everything is stored.
   * @throws the errors of `ApiClient.uploadStream`, after the retries
   */
  async finish(): Promise<void> {
    this.#close()
    await this.#result
  }

  async #send(api: Pick<ApiClient, 'uploadStream'>, options: UploadOptions): Promise<void> {
    this.#attempt += 1
    const first = this.#reported
    const start = this.#lines.position(first)
    this.#sentBytes = this.#lines.bytesBefore(start)
    this.#lastSignMs = performance.now()
    let received: number | undefined
    for await (const line of api.uploadStream(() => this.#body(start), options)) {
      this.#lastSignMs = performance.now()
      if (line.kind === 'summary') received = line.summary.received
      else if (line.kind === 'progress') this.#acceptProgress()
      else this.#report(first + line.item.index, line.item)
    }
    const count = this.#lines.count - first
    if (received !== count || !this.#isClosed) {
      const what = received === undefined ? 'no summary' : `a summary of ${received} items`
      throw new InvalidResponseError(
        `The Timesheets API ended an upload of ${count} items with ${what}; it is sent again`,
        { retryable: true },
      )
    }
    const missing = this.#lines.count - this.#reported
    if (missing > 0)
      throw new InvalidResponseError(`The Timesheets API returned no result for ${missing} of ${count} items`)
  }

  #acceptProgress(): void {
    this.#lines.release(this.#reported)
    this.#events.onProgress()
  }

  #report(index: number, line: UploadItemLine): void {
    if (index !== this.#reported || index >= this.#lines.count)
      throw new InvalidResponseError(
        `The Timesheets API returned a result for item ${index}; the next one is ${this.#reported} of ${this.#lines.count}`,
      )
    this.#reported += 1
    this.#events.onResult(JSON.parse(this.#lines.line(index)), line, this.#details.get(index))
    this.#details.delete(index)
  }

  /** Everything that was added, and what is being added until the stream is closed. */
  async *#body(start: ReadPosition): AsyncGenerator<Uint8Array> {
    const position = { ...start }
    const attempt = this.#attempt
    while (attempt === this.#attempt) {
      const bytes = this.#lines.read(position)
      if (bytes !== undefined) {
        yield bytes
        if (attempt === this.#attempt) this.#sentBytes += bytes.length
        this.#wake()
      } else if (this.#isClosed) return
      else await this.#changed.promise
    }
  }

  #close(): void {
    clearTimeout(this.#pause)
    this.#isClosed = true
    this.#wake()
  }

  #wake(): void {
    clearTimeout(this.#delay)
    this.#delay = undefined
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
