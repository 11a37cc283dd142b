import { Column } from '../compact/column.ts'
import { InvalidResponseError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, UploadItem, UploadOptions } from './client.ts'
import { LineBuffer } from './line-buffer.ts'
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
 * After a failure, or a response without its summary, the whole upload is sent again: the items are kept for that, and
 * every item has its identity.
 */
export class UploadStream<Details> {
  readonly #events: UploadStreamEvents<Details>
  readonly #lines = new LineBuffer()
  readonly #details = new Map<number, Details>()
  /** 1: the result of the item was reported. An item is stored once, so what was reported first counts. */
  readonly #reported = new Column(Uint8Array)
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
    this.#sentBytes = 0
    this.#lastSignMs = performance.now()
    let received: number | undefined
    for await (const line of api.uploadStream(() => this.#body(), options)) {
      this.#lastSignMs = performance.now()
      if (line.kind === 'summary') received = line.summary.received
      else if (line.kind === 'progress') this.#events.onProgress()
      else this.#report(line.item)
    }
    const { count } = this.#lines
    if (received !== count || !this.#isClosed) {
      const what = received === undefined ? 'no summary' : `a summary of ${received} items`
      throw new InvalidResponseError(
        `The Timesheets API ended an upload of ${count} items with ${what}; it is sent again`,
        { retryable: true },
      )
    }
    for (let index = 0; index < count; index++) {
      if (this.#reported.get(index) === 1) continue
      throw new InvalidResponseError(`The Timesheets API returned no result for item ${index} of ${count}`)
    }
  }

  #report(line: UploadItemLine): void {
    const { index } = line
    if (index >= this.#lines.count)
      throw new InvalidResponseError(
        `The Timesheets API returned a result for item ${index}, which was not sent`,
      )
    if (this.#reported.get(index) === 1) return
    this.#reported.set(index, 1)
    this.#events.onResult(JSON.parse(this.#lines.line(index)), line, this.#details.get(index))
  }

  /** Everything that was added, and what is being added until the stream is closed. */
  async *#body(): AsyncGenerator<Uint8Array> {
    const position = { block: 0, offset: 0 }
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
