import { ProblemError, type ProblemSlug } from '@timesheets/contracts/problem'
import { DomainError } from '../domain/domain-error.ts'
import type { WritingRun } from '../domain/sync-run.ts'
import type { NewRejection } from '../domain/sync-run-store.ts'
import type { UploadingRun } from '../domain/upload.ts'
import { toDomainProblem } from './domain-problem.ts'
import type { ParsedItem } from './upload-items.ts'

/**
 * Lets a sync run keep the items that its upload rejects: with the problem, and with what was sent.
 * @param parsed the items after they were validated
 * @param readSent reads an item as it was sent
 */
export function toUploadingRun(
  run: WritingRun,
  parsed: readonly ParsedItem[],
  readSent: (index: number) => unknown,
): UploadingRun {
  const validIndexes = parsed.flatMap((item, index) => (item instanceof ProblemError ? [] : [index]))
  return {
    ...run,
    rejections: parsed.flatMap((item, index) =>
      item instanceof ProblemError ? [toRejection(readSent(index), item)] : [],
    ),
    toRejection: (index, error) => toRejection(readSent(validIndexes[index]!), toDomainProblem(error)),
  }
}

/** The problems of an item, and not of its request. */
const itemProblems: readonly ProblemSlug[] = ['invalid-entry', 'source-not-yours']

/**
 * Uploads a single entry, and lets the sync run keep it if it is rejected. What a transaction has stored for a rejected
 * entry is rolled back, so it is kept afterwards.
 * @param keep stores rejections; undefined without a sync run
 */
export async function keepIfRejected(
  value: unknown,
  keep: ((rejections: readonly NewRejection[]) => Promise<unknown>) | undefined,
  uploadEntry: () => Promise<void>,
): Promise<void> {
  try {
    await uploadEntry()
  } catch (error) {
    const problem = error instanceof DomainError ? toDomainProblem(error) : error
    const isRejected = problem instanceof ProblemError && itemProblems.includes(problem.slug)
    if (isRejected && keep !== undefined) await keep([toRejection(value, problem)])
    throw error
  }
}

function toRejection(value: unknown, problem: ProblemError): NewRejection {
  const id =
    typeof value === 'object' && value !== null && 'external_id' in value ? value.external_id : undefined
  return { externalId: typeof id === 'string' ? id : null, problem: problem.toProblem(), sent: value }
}
