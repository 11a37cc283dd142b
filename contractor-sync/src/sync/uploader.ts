import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, UploadItem, UploadOptions } from '../timesheets-api/client.ts'
import type { UploadItemLine } from '../timesheets-api/upload-line.ts'
import { UploadStream } from '../timesheets-api/upload-stream.ts'
import type { EntryDetails } from '../trackers/tracker.ts'

/** Receives what the API did. */
export interface UploadObserver {
  readonly onResult: (item: UploadItem, line: UploadItemLine, details: EntryDetails | undefined) => void
  readonly onProgress: () => void
}

/** Uploads entries in one stream after the other, while the caller reads on. */
export class Uploader {
  readonly #api: Pick<ApiClient, 'uploadStream'>
  readonly #retryBudget: Pick<RetryBudget, 'run'>
  readonly #options: UploadOptions
  readonly #observer: UploadObserver
  #stream: UploadStream<EntryDetails> | undefined
  /** Number of items that were added. */
  sent = 0

  constructor(
    api: Pick<ApiClient, 'uploadStream'>,
    retryBudget: Pick<RetryBudget, 'run'>,
    options: UploadOptions,
    observer: UploadObserver,
  ) {
    this.#api = api
    this.#retryBudget = retryBudget
    this.#options = options
    this.#observer = observer
  }

  /**
   * Adds an entry to the current stream, when there is room.
   * @param details if they say more than the item
   * @throws the errors of `ApiClient.uploadStream`, of this stream or of the one before
   */
  async send(item: UploadItem, details?: EntryDetails): Promise<void> {
    if (this.#stream?.hasRoom === false) await this.flush()
    this.#stream ??= this.#open()
    this.#stream.add(item, details)
    this.sent += 1
    await this.#stream.drain()
  }

  /** Waits until everything that was added is stored. */
  async flush(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    await stream?.finish()
  }

  #open(): UploadStream<EntryDetails> {
    const { onResult, onProgress } = this.#observer
    return new UploadStream(this.#api, this.#retryBudget, this.#options, { onResult, onProgress })
  }
}
