/** Bounds the memory and the file of edits, which is rewritten with each edit. */
export const maxEdits = 100_000

/** Thrown for an edit beyond `maxEdits`. */
export class TooManyEditsError extends Error {
  constructor() {
    super(`${maxEdits} entries were added, changed or deleted. Remove the data folder to start again.`)
  }
}
