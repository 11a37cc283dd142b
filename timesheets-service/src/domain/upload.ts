import type { UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import type { EntryStore, Known, Touched, Writing } from './entry-store.ts'
import { type Outcome, type PlacedItem, type Plan, planOf } from './plan.ts'

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
 * First without locks, since most uploads repeat what is there. What others write meanwhile is noticed by the
 * store: then it is read and decided anew with the entries held, so that many writers of the same wait in line.
 * @param items understood items, or why one was not
 */
export async function upload(
  items: readonly (UploadItem | ProblemError)[],
  clientId: string,
  { dryRun, readBack = false, sourceOwners }: UploadOptions,
  store: EntryStore,
): Promise<readonly Outcome[]> {
  const placed = items.map((item) => (item instanceof ProblemError ? item : place(item, clientId)))
  const touched = touchedBy(placed, clientId)
  const decide = (found: Known): { plan: Plan; writing: Writing } => {
    const owners = new Map([...found.owners, ...sourceOwners])
    const plan = planOf(placed, clientId, { ...found, owners })
    const sources = new Set(
      plan.changes.flatMap((change) => (change.kind === 'accept' ? [change.source] : [])),
    )
    const claims = [...sources].filter((source) => source !== ownSource(clientId) && !owners.has(source))
    return { plan, writing: { clientId, claims, changes: plan.changes, readBack } }
  }

  let { plan, writing } = decide(await store.find(touched))
  if (dryRun || writing.changes.length === 0) return plan.outcomes()
  let written = await store.write(writing)
  for (let tries = 1; written === undefined && tries < maxTries; tries++) {
    written = await store.findAndWrite(touched, (known) => {
      ;({ plan, writing } = decide(known))
      return writing
    })
  }
  if (written !== undefined) return plan.outcomes(written)
  throw new ProblemError('not-ready', 'Others write the same entries at this moment; send it again', {
    headers: { 'retry-after': '1' },
  })
}

/** The source of what a client sends without naming one; no request can spell it. */
const ownSource = (clientId: string) => `client:${clientId}`

function place(item: UploadItem, clientId: string): PlacedItem {
  return { ...item, source: item.source ?? ownSource(clientId) }
}

function touchedBy(placed: readonly (PlacedItem | ProblemError)[], clientId: string): Touched {
  const items = placed.flatMap((item) => (item instanceof ProblemError ? [] : [item]))
  const identities = items.flatMap(({ source, externalId }) =>
    externalId === null ? [] : [{ source, externalId }],
  )
  const sources = new Set(items.map((item) => item.source))
  sources.delete(ownSource(clientId))
  return { identities, sources: [...sources] }
}
