/** A person who calls, by all the names that the directory ties together. */
export interface Caller {
  /** Whose hours they enter, and as whom they decide. */
  readonly userId: string
  /** Every name of theirs, that of the token and `userId` too; e-mail addresses in lower case as well. */
  readonly names: readonly string[]
}

/** E-mail addresses are written in any case and mean the same person: in the directory, lower case. */
export const emailKey = (email: string) => email.toLowerCase()

/** Whether hours are a caller's own, under whichever of their names they were written. */
export function isOwn(caller: Caller, userId: string): boolean {
  return caller.names.includes(userId) || (userId.includes('@') && caller.names.includes(emailKey(userId)))
}
