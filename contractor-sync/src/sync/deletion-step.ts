import type { UploadItem } from '../timesheets-api/client.ts'
import type { EntryDetails } from '../trackers/tracker.ts'
import {
  type Absence,
  concludeLookups,
  type EarlierMiss,
  planDeletions,
  type WithheldDeletion,
} from './deletions.ts'
import { mapRecord } from './mapping.ts'
import { listNames } from './roster.ts'
import { listFingerprints, type RunContext } from './run-context.ts'

/** So many lookups one run may make; the rate budget of the tracker paces them. */
const maxLookups = 1000
/** So many entries of the list are tried before lookups count as unreliable. */
const maxControls = 3

/** What is to be sent because of entries that the tracker did not list, and what is not deleted. */
export interface DeletionStep {
  readonly tombstones: readonly UploadItem[]
  /** Entries that a lookup found: they moved out of the days that were read. */
  readonly found: readonly { readonly item: UploadItem; readonly details: EntryDetails }[]
  readonly withheld: readonly WithheldDeletion[]
  /** Why the token was not shown to see everybody; undefined if it was. */
  readonly accessRestriction: string | undefined
}

export interface DeletionStepOptions {
  readonly account: string
  /** What the token was found to lack before the read. */
  readonly restrictionBefore: string | undefined
  readonly storedByPerson: ReadonlyMap<string, number>
  /** What this run has deleted already. */
  readonly deleted: readonly Absence[]
  /** Ids of entries that an operator allowed to delete. */
  readonly allowed: ReadonlySet<string>
  /** Ids that the tracker listed a moment ago: a lookup must find one of them. */
  readonly controlIds: readonly string[]
  /** Which ids an earlier complete read of all days missed; for a tracker without lookup. */
  readonly missedBefore: ReadonlyMap<string, EarlierMiss>
}

/** Decides about stored entries that the tracker did not list, with its lookups where it has them. */
export async function decideDeletions(
  absences: readonly Absence[],
  options: DeletionStepOptions,
  context: RunContext,
): Promise<DeletionStep> {
  const { tracker, incompleteReads, completeFiles } = context
  if (absences.length === 0) {
    return { tombstones: [], found: [], withheld: [], accessRestriction: options.restrictionBefore }
  }
  // An export that is written while it is read may lack its end.
  if (completeFiles !== undefined && !isEqual(await tracker.fingerprintFiles!(), completeFiles.fingerprints))
    incompleteReads.add('the files changed while they were read')
  const restriction = options.restrictionBefore ?? (await checkAccess(options.account, context))
  const plan = planDeletions(absences, {
    incompleteRead: incompleteReads.first,
    accessRestriction: restriction,
    people: await findPresentPeople(absences, context),
    storedByPerson: options.storedByPerson,
    deleted: options.deleted,
    allowed: options.allowed,
    confirmation:
      tracker.find === undefined
        ? {
            by: 'reads',
            isFullRead: context.days.isFull,
            readAt: new Date(),
            listFingerprints: ({ userId, day }) => listFingerprints(context, userId, day),
            missedBefore: options.missedBefore,
          }
        : { by: 'lookup', maxLookups, isOwnId: tracker.isOwnId ?? (() => true) },
  })
  const toTombstone = ({ userId, externalId }: Absence): UploadItem => ({
    user_id: userId,
    source: tracker.source,
    external_id: externalId,
    deleted: true,
  })
  if (plan.toLookUp.length === 0) {
    const tombstones = plan.confirmed.map(toTombstone)
    return { tombstones, found: [], withheld: plan.withheld, accessRestriction: restriction }
  }

  const gone = new Set<string>()
  const found: DeletionStep['found'][number][] = []
  for (const { externalId } of plan.toLookUp) {
    context.signal.throwIfAborted()
    const record = await tracker.find!(externalId)
    if (record === undefined) {
      gone.add(externalId)
      continue
    }
    const mapped = mapRecord(record, tracker.source, context.people)
    if (mapped.kind === 'item') found.push({ item: mapped.item, details: mapped.details })
    else context.trackerSide.replace(externalId, 'open')
  }
  const findsListedEntries = gone.size === 0 || (await findsAny(options.controlIds, context))
  const restrictionAfter = gone.size === 0 ? undefined : await checkAccess(options.account, context)
  const conclusion = concludeLookups(plan.toLookUp, {
    gone,
    findsListedEntries,
    accessRestriction: restrictionAfter,
  })
  return {
    tombstones: conclusion.confirmed.map(toTombstone),
    found,
    withheld: [...plan.withheld, ...conclusion.withheld],
    accessRestriction: restrictionAfter,
  }
}

function isEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, fingerprint]) => b.get(name) === fingerprint)
}

/** Asks the tracker again what the token sees: it may have lost rights since the start of the run. */
export async function checkAccess(
  account: string,
  { tracker, isWhole }: RunContext,
): Promise<string | undefined> {
  if (!isWhole) return undefined
  const access = await tracker.checkAccess?.()
  if (access === undefined) return 'the tracker does not say what its token sees'
  if (access.account !== account) return `the token belongs to account ${access.account} by now`
  return access.restriction
}

/** Whether a lookup finds an entry that the list shows. Without that, "not found" may be the answer to everything. */
async function findsAny(ids: readonly string[], { tracker }: RunContext): Promise<boolean> {
  for (const id of ids.slice(0, maxControls)) {
    if ((await tracker.find!(id)) !== undefined) return true
  }
  return false
}

/** The `user_id`s of these entries, without people that the tracker no longer has under any name. */
async function findPresentPeople(
  absences: readonly Absence[],
  { tracker, people, knownNames, completeFiles }: RunContext,
): Promise<ReadonlySet<string>> {
  // The files have hours of each of them, before and after these days.
  if (completeFiles !== undefined) return new Set(absences.map(({ userId }) => userId))
  const listed = (await tracker.listPeople?.()) ?? []
  const names = new Set(listed.flatMap((person) => listNames(person, people)))
  const ids = listed.flatMap(({ id }) => id ?? [])
  const stored = new Set(absences.map(({ userId }) => userId))
  // The address of a removed person may be another person's by now: then the entries may belong to either.
  const isPresent = (userId: string) =>
    knownNames.has(userId) ? knownNames.isPresent(userId, ids) : names.has(userId)
  return new Set([...stored].filter(isPresent))
}
