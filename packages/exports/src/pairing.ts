import { type DerivedIdentity, parseIdentity } from './identity.ts'

/** Returns whether a row, under the identity of an earlier one, is what is stored there. */
export type IsStored = (stored: string, current: string) => boolean

/**
 * Pairs the rows of one person and day that went with those that came, so that a changed row keeps its identity: it is an
 * update, and not one entry more. What is stored exactly so under an old identity stays there; then rows of the same
 * project come first, then the nearest start, then the order of identities.
 * @param stored external ids in Timesheets of this person and day; tombstones excluded
 * @param current external ids derived from the files
 * @param isStored by the digest of a stored entry; it keeps pairs of earlier runs together
 * @returns the stored id by the derived one, for each pair
 */
export function pairIdentities(
  stored: Iterable<string>,
  current: Iterable<string>,
  isStored: IsStored = () => false,
): ReadonlyMap<string, string> {
  const [storedIds, currentIds] = [new Set(stored), new Set(current)]
  const went = toCandidates(storedIds.difference(currentIds))
  const came = toCandidates(currentIds.difference(storedIds))
  const pairs = new Map<string, string>()
  const taken = new Set<string>()
  const pair = (from: Candidate, to: Candidate) => {
    if (pairs.has(to.id) || taken.has(from.id)) return
    pairs.set(to.id, from.id)
    taken.add(from.id)
  }
  for (const to of came) {
    const same = went.find((from) => !taken.has(from.id) && isStored(from.id, to.id))
    if (same !== undefined) pair(same, to)
  }
  const distances = came.flatMap((to) =>
    went.map((from) => ({ from, to, ...compare(from.identity, to.identity) })),
  )
  distances.sort((a, b) => a.otherProject - b.otherProject || a.startSeconds - b.startSeconds)
  for (const { from, to } of distances) pair(from, to)
  return pairs
}

interface Candidate {
  readonly id: string
  readonly identity: DerivedIdentity
}

/** An id that was not derived belongs to no row, so that it has no pair. */
function toCandidates(ids: Iterable<string>): readonly Candidate[] {
  return [...ids].sort().flatMap((id) => {
    const identity = parseIdentity(id)
    return identity === undefined ? [] : [{ id, identity }]
  })
}

const secondsPerDay = 86_400

function compare(from: DerivedIdentity, to: DerivedIdentity) {
  const hasStarts = from.startSeconds !== undefined && to.startSeconds !== undefined
  return {
    otherProject: from.project === to.project ? 0 : 1,
    startSeconds: hasStarts ? Math.abs(from.startSeconds - to.startSeconds) : secondsPerDay,
  }
}
