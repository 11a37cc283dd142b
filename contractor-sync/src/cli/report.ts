import { toHours } from '@timesheets/contracts/entry'
import type { SyncConfig } from '../config.ts'
import { RetryBudget } from '../http/retry.ts'
import { toPlainText } from '../output/plain-text.ts'
import { wrapLines } from '../output/wrap.ts'
import { openTracker } from '../sync/run.ts'
import { AccessToken } from '../timesheets-api/access-token.ts'
import { ApiClient, type StoredRejection, type StoredRun } from '../timesheets-api/client.ts'
import type { Arguments } from './arguments.ts'

const defaultRuns = 10
const shownRejections = 20
const maxReasonLength = 200
const number = new Intl.NumberFormat('en-US')

/** Prints the last runs of the source, newest first, and what the newest of them could not place. */
export async function printRuns(
  config: SyncConfig,
  { show, format }: Pick<Arguments, 'show' | 'format'>,
  signal: AbortSignal,
): Promise<void> {
  const retryBudget = new RetryBudget({ budgetMs: config.retryDeadlineSeconds * 1000, signal })
  const { source } = openTracker(config, retryBudget, signal)
  const api = new ApiClient(config, new AccessToken(config, signal), signal)
  const limit = Math.max(1, Math.min(show ?? defaultRuns, 500))
  const runs = await retryBudget.run(() => api.listRuns(source, limit))
  const latest = runs.find(({ rejections }) => rejections > 0)
  const rejections =
    latest === undefined ? [] : (await retryBudget.run(() => api.listRejections(latest.id))).items
  if ((format ?? (process.stdout.isTTY ? 'text' : 'json')) === 'json') {
    for (const run of runs) console.log(JSON.stringify(run))
    for (const rejection of rejections) console.log(JSON.stringify({ run: latest!.id, ...rejection }))
    return
  }
  const lines = runs.length === 0 ? [`There is no run of ${source} yet`] : [heading, ...runs.map(formatRun)]
  console.log(lines.join('\n'))
  if (latest === undefined) return
  console.log(`\nRejected or withheld in run ${latest.id} (${number.format(latest.rejections)} in all):`)
  const shown = rejections.slice(0, shownRejections)
  const more = latest.rejections - shown.length
  const rows = [
    ...shown.map(formatRejection),
    ...(more > 0
      ? [`  and ${number.format(more)} more: GET /sync-runs/${latest.id}/rejections lists all`]
      : []),
  ]
  console.log(wrapLines(rows.join('\n'), process.stdout))
}

const formatColumns = (id: string, started: string, days: string, status: string, result: string) =>
  [id.padStart(4), started.padEnd(16), days.padEnd(24), status.padEnd(9), result].join('  ').trimEnd()

const heading = formatColumns('run', 'started (UTC)', 'days', 'status', 'result')

const proofTexts = { equal: 'both sides agree', differs: 'both sides differ', 'not-provable': 'not proven' }

/** Formats a run in two lines of at most 80 columns, which line up with those of the other runs. */
function formatRun({ id, mode, verify, status, stats, started_at: startedAt, from, to }: StoredRun): string {
  const days = mode === 'full' ? 'all days' : `${from} to ${to}`
  const counts = (['read', 'created', 'updated', 'deleted', 'held', 'rejected', 'withheld'] as const)
    .filter((name) => name === 'read' || (stats?.[name] ?? 0) > 0)
    .map((name) => `${name} ${number.format(stats?.[name] ?? 0)}`)
  const started = startedAt.slice(0, 16).replace('T', ' ')
  const proof = stats?.proof === undefined ? '' : proofTexts[stats.proof]
  // A dry run counts what it would do; the API does not tell it from `verify`.
  const remark = verify ? 'nothing was written: ' : ''
  return `${formatColumns(String(id), started, days, status, proof)}\n      ${remark}${counts.join(', ')}`
}

function formatRejection({ external_id: id, problem, sent }: StoredRejection): string {
  const { user_id: userId, person, day, hours } = (sent ?? {}) as Record<string, unknown>
  const what = [userId ?? person, day, typeof hours === 'number' ? `${toHours(hours * 3600)} h` : undefined]
    .filter((part) => part !== undefined)
    .join(', ')
  return toPlainText(
    `  ${id ?? 'no id'}  ${problem.detail}${what === '' ? '' : ` (${what})`}`,
    maxReasonLength,
  )
}
