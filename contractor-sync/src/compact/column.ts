type Numbers = Uint8Array | Uint32Array | Float64Array
type BigNumbers = BigUint64Array
type Constructor<T> = new (length: number) => T

const chunkLength = 1 << 14

/** A list of numbers that grows in chunks: a million bytes take a megabyte, and growing copies nothing. */
export class Column<T extends Numbers | BigNumbers> {
  readonly #create: Constructor<T>
  readonly #chunks: T[] = []

  /** @param create the array of a chunk: `Uint32Array` */
  constructor(create: Constructor<T>) {
    this.#create = create
  }

  /** Returns 0 where nothing was set. */
  get(index: number): T[number] {
    return this.#chunks[index >>> 14]?.[index & (chunkLength - 1)] ?? (this.#zero as T[number])
  }

  set(index: number, value: T[number]): void {
    const at = index >>> 14
    while (this.#chunks.length <= at) this.#chunks.push(new this.#create(chunkLength))
    this.#chunks[at]![index & (chunkLength - 1)] = value
  }

  get #zero(): number | bigint {
    return (this.#create as unknown) === BigUint64Array ? 0n : 0
  }
}
