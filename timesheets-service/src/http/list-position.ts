import type { Place, Sight } from '../domain/entry-filter.ts'

/** Where a later page of entries begins, and what the first one saw. */
export interface Position {
  readonly after: Place
  readonly sight: Sight
}

/** Transactions on their way are told by how long before `xmax` they began: a hundred of them still make a short URL. */
export function writePosition({ after, sight }: Position): string {
  const before = sight.inProgress.map((xid) => sight.xmax - xid)
  return JSON.stringify([after.day, after.id, sight.takenAtMs, sight.xmax, ...before])
}

/** @param text as `writePosition` wrote it */
export function readPosition(text: string): Position {
  const [day, id, takenAtMs, xmax, ...before]: [string, number, number, number, ...number[]] =
    JSON.parse(text)
  return { after: { day, id }, sight: { takenAtMs, xmax, inProgress: before.map((age) => xmax - age) } }
}
