/** The people and days for which files are complete: of each file its people, from its first to its last day. */
export class FileCoverage {
  readonly #files = new Map<string, { first: string; last: string; readonly people: Set<string> }>()

  /** @param day `YYYY-MM-DD` */
  add(file: string, userId: string, day: string): void {
    const known = this.#files.get(file)
    if (known === undefined) {
      this.#files.set(file, { first: day, last: day, people: new Set([userId]) })
      return
    }
    if (day < known.first) known.first = day
    if (day > known.last) known.last = day
    known.people.add(userId)
  }

  has(userId: string, day: string): boolean {
    return [...this.#files.values()].some(
      ({ first, last, people }) => first <= day && day <= last && people.has(userId),
    )
  }
}
