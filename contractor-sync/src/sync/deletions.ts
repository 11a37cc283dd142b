/**
 * Decides which stored entries get a tombstone because the tracker no longer has them. A false deletion is the worst
 * error of a sync, so an entry is deleted only if every condition holds; otherwise the deletion is withheld and listed.
 * Nothing here reads or writes: the rules are the same for a sync, a dry run and a test.
 */

/** A stored entry whose id the tracker did not list. */
export interface Absence {
  readonly externalId: string
  /** The person and the day under which it is stored. */
  readonly userId: string
  readonly day: string
}

/** Why a deletion is withheld. The names are stable: reports and the API's list of rejections contain them. */
export const withholdingReasons = {
  'restricted-access': 'the token was not shown to see the hours of all people',
  'incomplete-read': 'the list of entries was not complete',
  'removed-person': 'its person is no longer among the people of the tracker',
  'foreign-id': 'its id is none of the tracker, so another program uploaded it under this source',
  'person-cap': 'too many entries of its person are missing at once',
  'window-cap': 'too many entries are missing at once',
  'last-entry': 'it is the last entry of its person',
  'lookup-limit': 'too many entries would have to be looked up in one run',
  'unproven-lookup': 'lookups did not find an entry that the list shows, so they prove nothing',
  'awaiting-second-read':
    'a second complete read of all days, an hour later, must miss it, too; of files, a file with other content',
} as const

export type WithholdingReason = keyof typeof withholdingReasons

/** With these, the read was complete: it was the first to miss the entry, or a later one. */
export const reasonsAfterCompleteReads: readonly WithholdingReason[] = [
  'removed-person',
  'person-cap',
  'window-cap',
  'last-entry',
  'awaiting-second-read',
]

export interface WithheldDeletion extends Absence {
  readonly reason: WithholdingReason
}

/** What a run knows when it decides about deletions. */
export interface DeletionEvidence {
  /** Why the read was not complete; undefined if every page arrived, nothing moved, and the total matched. */
  readonly incompleteRead: string | undefined
  /** Why the token was not shown to see everybody before and after the read; undefined if it was. */
  readonly accessRestriction: string | undefined
  /** The `user_id`s of people whom the tracker still has, active or archived, also under an earlier name. */
  readonly people: ReadonlySet<string>
  /** The number of entries that are stored in the window, by `user_id`. */
  readonly storedByPerson: ReadonlyMap<string, number>
  /** What this run has deleted already: it counts towards the caps. */
  readonly deleted: readonly Absence[]
  /** Ids of entries that an operator allowed to delete: caps, a removed person and a foreign id no longer withhold them. */
  readonly allowed: ReadonlySet<string>
  readonly confirmation: LookupConfirmation | ReadConfirmation
}

/** The tracker can look one entry up. */
export interface LookupConfirmation {
  readonly by: 'lookup'
  readonly maxLookups: number
  /** See `Tracker.isOwnId`. */
  readonly isOwnId: (externalId: string) => boolean
}

/** The tracker has no lookup: complete reads of all days confirm a deletion. */
export interface ReadConfirmation {
  readonly by: 'reads'
  /** Whether this run read all days. */
  readonly isFullRead: boolean
  readonly readAt: Date
  /** Identifies the content of the files that should have an entry; undefined for a service. */
  readonly listFingerprints: (absence: Absence) => readonly string[] | undefined
  /** Which ids an earlier complete read of all days missed. */
  readonly missedBefore: ReadonlyMap<string, EarlierMiss>
}

/** An earlier read that was the first to miss an entry. */
export interface EarlierMiss {
  readonly at: Date
  /** Identifies the content of the files that should have had the entry; undefined for a service. */
  readonly fingerprints: readonly string[] | undefined
}

/** The decision, as far as it can be made without lookups. */
export interface DeletionPlan {
  /** May be deleted now. Only without lookup. */
  readonly confirmed: readonly Absence[]
  /** To be deleted if a lookup says that it is gone. */
  readonly toLookUp: readonly Absence[]
  readonly withheld: readonly WithheldDeletion[]
}

/** At most this share of the window's entries, and of each person's, may be deleted in one run. */
const maxShare = 0.2
/** This many entries of one person may always be deleted. */
const minPersonCap = 2
const minBetweenReadsMs = 3_600_000

/** Applies every condition that needs no lookup. Caps come before lookups, so that an empty list costs no requests. */
export function planDeletions(absences: readonly Absence[], evidence: DeletionEvidence): DeletionPlan {
  const { accessRestriction, incompleteRead, people, confirmation } = evidence
  const isAllowed = ({ externalId }: Absence) => evidence.allowed.has(externalId)
  const withheld: WithheldDeletion[] = []
  let candidates = absences
  const withhold = (reason: WithholdingReason, mustWithhold: (absence: Absence) => boolean) => {
    withheld.push(...candidates.filter(mustWithhold).map((absence) => ({ ...absence, reason })))
    candidates = candidates.filter((absence) => !mustWithhold(absence))
  }
  // A token that sees less than everybody may also look up less: not even an operator can allow that.
  withhold('restricted-access', () => accessRestriction !== undefined)
  withhold(
    'incomplete-read',
    (absence) => incompleteRead !== undefined && !(isAllowed(absence) && confirmation.by === 'lookup'),
  )
  withhold('removed-person', (absence) => !people.has(absence.userId) && !isAllowed(absence))
  if (confirmation.by === 'lookup') {
    const { isOwnId } = confirmation
    withhold('foreign-id', (absence) => !isOwnId(absence.externalId) && !isAllowed(absence))
  }

  const countable = () => [...evidence.deleted, ...candidates].filter((absence) => !isAllowed(absence))
  const counted = countByPerson(countable())
  const countStored = (userId: string) => evidence.storedByPerson.get(userId) ?? 0
  const isAboveCap = ({ userId }: Absence) =>
    (counted.get(userId) ?? 0) > Math.max(minPersonCap, Math.floor(countStored(userId) * maxShare))
  withhold('person-cap', (absence) => isAboveCap(absence) && !isAllowed(absence))
  if (confirmation.by === 'reads') {
    const missing = countByPerson([...evidence.deleted, ...candidates])
    const isLast = ({ userId }: Absence) => (missing.get(userId) ?? 0) >= countStored(userId)
    withhold('last-entry', (absence) => isLast(absence) && !isAllowed(absence))
  }
  const storedTotal = [...evidence.storedByPerson.values()].reduce((sum, count) => sum + count, 0)
  const isAboveWindowCap = countable().length > storedTotal * maxShare
  withhold('window-cap', (absence) => isAboveWindowCap && !isAllowed(absence))

  if (confirmation.by === 'lookup') {
    const toLookUp = candidates.slice(0, confirmation.maxLookups)
    const beyond = candidates.slice(confirmation.maxLookups)
    withheld.push(...beyond.map((absence) => ({ ...absence, reason: 'lookup-limit' as const })))
    return { confirmed: [], toLookUp, withheld }
  }
  withhold('awaiting-second-read', (absence) => !isConfirmedByReads(absence, confirmation))
  return { confirmed: candidates, toLookUp: [], withheld }
}

/**
 * Whether two complete reads of all days, at least an hour apart, missed the entry. Two reads of the same file are one: an
 * export that lacks a row lacks it again.
 */
function isConfirmedByReads(
  absence: Absence,
  { isFullRead, readAt, listFingerprints, missedBefore }: ReadConfirmation,
): boolean {
  const first = missedBefore.get(absence.externalId)
  if (!isFullRead || first === undefined) return false
  const fingerprints = listFingerprints(absence)
  const isOtherRead =
    fingerprints === undefined || fingerprints.some((one) => first.fingerprints?.includes(one) !== true)
  return isOtherRead && readAt.getTime() - first.at.getTime() >= minBetweenReadsMs
}

/** What the lookups found. */
export interface LookupEvidence {
  /** Ids that the tracker said are gone. An id that is not in it was found, or not looked up. */
  readonly gone: ReadonlySet<string>
  /** Whether a lookup found an entry that the list shows: without that, "not found" may mean anything. */
  readonly findsListedEntries: boolean
  /** Why the token was not shown to see everybody after the lookups; undefined if it was. */
  readonly accessRestriction: string | undefined
}

/** Decides about the entries that were looked up. One that a lookup found is neither deleted nor withheld: it moved. */
export function concludeLookups(
  lookedUp: readonly Absence[],
  { gone, findsListedEntries, accessRestriction }: LookupEvidence,
): Pick<DeletionPlan, 'confirmed' | 'withheld'> {
  const missing = lookedUp.filter(({ externalId }) => gone.has(externalId))
  const reason =
    accessRestriction !== undefined ? 'restricted-access' : findsListedEntries ? undefined : 'unproven-lookup'
  return reason === undefined
    ? { confirmed: missing, withheld: [] }
    : { confirmed: [], withheld: missing.map((absence) => ({ ...absence, reason })) }
}

function countByPerson(absences: readonly Absence[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { userId } of absences) counts.set(userId, (counts.get(userId) ?? 0) + 1)
  return counts
}
