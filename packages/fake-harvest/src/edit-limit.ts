/** Edits are rewritten as a whole and kept in memory: not without bound. */
export const maxEdits = 100_000

/** Raised where one more edit would be one too many. */
export class TooManyEdits extends Error {
  constructor() {
    super(`${maxEdits} entries were added, changed or deleted; remove the data folder to start afresh`)
  }
}
