import type { SyncStats } from '@timesheets/contracts/sync-run'
import type { Proof } from './proof.ts'
import type { Report } from './report.ts'
import { shorten } from './stored-text.ts'

/** So many differing days the API keeps. */
const maxDifferingDays = 1000

/** Summarizes a run for the API, which keeps it and serves it as metrics. */
export function toRunStats(report: Report): SyncStats {
  const { counts, read, skipped, withheld, unknownFields, proof, isProvable } = report
  const { created, updated, unchanged, deleted, held, rejected } = counts
  return {
    read,
    created,
    updated,
    unchanged: unchanged + counts.pending + counts.discarded,
    deleted,
    held,
    rejected,
    skipped: skipped.empty + skipped.repeated,
    open: skipped.running,
    withheld: withheld.length,
    unknown_fields: Object.fromEntries(
      [...unknownFields].map(([name, count]) => [shorten(name, 200), count]),
    ),
    ...(isProvable ? {} : { provable: false }),
    ...(proof === undefined ? {} : describeProof(proof)),
  }
}

function describeProof(proof: Proof): Partial<SyncStats> {
  if (proof.outcome === 'equal') return { proof: 'equal', digest: proof.sum.digest }
  if (proof.outcome === 'not-provable') return { proof: 'not-provable', reason: shorten(proof.reason, 1000) }
  return {
    proof: 'differs',
    differing_days: proof.days.slice(0, maxDifferingDays).map(({ userId, day, tracker, stored }) => ({
      user_id: shorten(userId, 200),
      day,
      source: { count: tracker.count, seconds: tracker.seconds },
      stored: { count: stored.count, seconds: stored.seconds },
    })),
  }
}
