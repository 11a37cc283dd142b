/** Why a read was not complete. The first reason is kept: a list of a million broken records has as many. */
export class IncompleteReads {
  /** Undefined if every read was complete. */
  first: string | undefined

  add(reason: string): void {
    this.first ??= reason
  }
}
