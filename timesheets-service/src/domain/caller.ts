/** The person who makes a request, with all names that the directory of people has for them. */
export interface Caller {
  /** The `user_id` under which their hours and decisions are stored. */
  readonly userId: string
  /** All their names, including `userId` and the name in the token; e-mail addresses in lower case as well. */
  readonly names: readonly string[]
}

/** A person and the program that they use, as recorded in the history of what they change. */
export interface Actor {
  readonly clientId: string
  readonly person: string
}

/** The directory keeps e-mail addresses in lower case, because people write them in any case. */
export const normalizeEmail = (email: string) => email.toLowerCase()

/** Whether hours that are stored under `userId` belong to the caller. */
export function isOwn({ names }: Pick<Caller, 'names'>, userId: string): boolean {
  return names.includes(userId) || (userId.includes('@') && names.includes(normalizeEmail(userId)))
}

/**
 * Whether a caller may read the entries of a user.
 * @param names the names of the caller; undefined if the caller may read everybody's entries
 */
export function canRead(names: readonly string[] | undefined, userId: string): boolean {
  return names === undefined || isOwn({ names }, userId)
}
