import type { UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import type { EntryStore, Known } from './entry-store.ts'
import { type Outcome, type PlacedItem, planOf } from './plan.ts'

/** How often an upload starts over when others write the same entries at the same moment. */
const maxTries = 10

export interface UploadOptions {
  /** Say what would become of the items, and write nothing. */
  readonly dryRun: boolean
  /** Read back what is written, for an answer that shows it. */
  readonly readBack?: boolean
  /** Sources whose owner is settled by configuration: source → client. */
  readonly sourceOwners: ReadonlyMap<string, string>
}

/**
 * Takes items in. What was found unacceptable before is passed through as rejected and harms no other.
 * What others write meanwhile is noticed by the store: then it is read and decided anew.
 * @param items understood items, or why one was not
 */
export async function upload(
  items: readonly (UploadItem | ProblemError)[],
  clientId: string,
  { dryRun, readBack = false, sourceOwners }: UploadOptions,
  store: EntryStore,
): Promise<readonly Outcome[]> {
  const placed = items.map((item) => (item instanceof ProblemError ? item : place(item, clientId)))
  for (let tries = 0; tries < maxTries; tries++) {
    const found = await find(placed, clientId, store)
    const known = { ...found, owners: new Map([...found.owners, ...sourceOwners]) }
    const plan = planOf(placed, clientId, known)
    if (dryRun || plan.changes.length === 0) return plan.outcomes()
    const sources = new Set(plan.changes.map((change) => change.source))
    const claims = [...sources].filter(
      (source) => source !== ownSource(clientId) && !known.owners.has(source),
    )
    const written = await store.write({ clientId, claims, changes: plan.changes, readBack })
    if (written !== undefined) return plan.outcomes(written)
  }
  throw new ProblemError('not-ready', 'Others write the same entries at this moment; send it again', {
    headers: { 'retry-after': '1' },
  })
}

/** The source of what a client sends without naming one; no request can spell it. */
const ownSource = (clientId: string) => `client:${clientId}`

function place(item: UploadItem, clientId: string): PlacedItem {
  return { ...item, source: item.source ?? ownSource(clientId) }
}

function find(
  placed: readonly (PlacedItem | ProblemError)[],
  clientId: string,
  store: EntryStore,
): Promise<Known> {
  const items = placed.flatMap((item) => (item instanceof ProblemError ? [] : [item]))
  const identities = items.flatMap(({ source, externalId }) =>
    externalId === null ? [] : [{ source, externalId }],
  )
  const sources = new Set(items.map((item) => item.source))
  sources.delete(ownSource(clientId))
  return store.find(identities, [...sources])
}
