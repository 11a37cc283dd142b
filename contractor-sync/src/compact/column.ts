type Numbers = Uint8Array | Uint32Array | Float64Array
type BigNumbers = BigUint64Array
type Constructor<T> = new (length: number) => T

const chunkBits = 17
const chunkLength = 1 << chunkBits

/**
 * A list of numbers that grows in chunks, so that growing copies nothing. A chunk has at least 128 kB: memory of that size is
 * mapped by itself, and its pages are taken when they are first used. Smaller chunks would lie between short-lived
 * buffers and keep the C library from returning their memory to the system.
 */
export class Column<T extends Numbers | BigNumbers> {
  readonly #create: Constructor<T>
  /** Undefined where nothing was set. */
  readonly #chunks: (T | undefined)[] = []

  /** @param create the array of a chunk: `Uint32Array` */
  constructor(create: Constructor<T>) {
    this.#create = create
  }

  /** Returns 0 where nothing was set. */
  get(index: number): T[number] {
    return this.#chunks[index >>> chunkBits]?.[index & (chunkLength - 1)] ?? (this.#zero as T[number])
  }

  set(index: number, value: T[number]): void {
    const at = index >>> chunkBits
    while (this.#chunks.length <= at) this.#chunks.push(undefined)
    const chunk = this.#chunks[at] ?? new this.#create(chunkLength)
    this.#chunks[at] = chunk
    chunk[index & (chunkLength - 1)] = value
  }

  get #zero(): number | bigint {
    return (this.#create as unknown) === BigUint64Array ? 0n : 0
  }
}
