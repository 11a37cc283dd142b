/** The days of a file, from the first to the last that it has an entry on. */
interface FileDays {
  readonly file: string
  first: string
  last: string
}

/** The people and days for which files are complete: of each file its people, between its first and its last day. */
export class FileCoverage {
  readonly #files = new Map<string, FileDays>()
  readonly #byPerson = new Map<string, Set<FileDays>>()

  /**
   * Adds an entry of a file.
   * @param day `YYYY-MM-DD`
   */
  add(file: string, userId: string, day: string): void {
    let days = this.#files.get(file)
    if (days === undefined) {
      days = { file, first: day, last: day }
      this.#files.set(file, days)
    }
    if (day < days.first) days.first = day
    if (day > days.last) days.last = day
    const known = this.#byPerson.get(userId)
    if (known === undefined) this.#byPerson.set(userId, new Set([days]))
    else known.add(days)
  }

  /**
   * Lists the files that are complete for a person and day. The first and the last day of a file are not: an export in another
   * time zone lacks a part of them.
   */
  listFiles(userId: string, day: string): string[] {
    return [...(this.#byPerson.get(userId) ?? [])]
      .filter(({ first, last }) => first < day && day < last)
      .map(({ file }) => file)
  }
}
