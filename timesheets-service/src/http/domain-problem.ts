import { ProblemError, type ProblemSlug } from '@timesheets/contracts/problem'
import type { DomainError, DomainErrorCode } from '../domain/domain-error.ts'
import { toEtag } from './etag.ts'

const slugs: Readonly<Record<DomainErrorCode, ProblemSlug>> = {
  approved: 'approved',
  busy: 'not-ready',
  'changed-since': 'stale-version',
  'idempotency-key-in-flight': 'idempotency-key-in-flight',
  'idempotency-key-reused': 'idempotency-key-reused',
  'items-rejected': 'invalid-entry',
  'name-taken': 'name-taken',
  'no-such-correction': 'not-found',
  'no-such-entry': 'not-found',
  'no-such-person': 'not-found',
  'no-such-sync-run': 'not-found',
  'other-account': 'other-account',
  'other-source': 'invalid-entry',
  'owned-by-source': 'owned-by-source',
  'report-too-large': 'invalid-parameter',
  'self-approval': 'self-approval',
  'source-not-yours': 'source-not-yours',
  'stale-version': 'stale-version',
  'sync-run-active': 'sync-run-active',
  'sync-run-over': 'sync-run-over',
  'sync-run-verifies': 'sync-run-verifies',
  'too-many-entries': 'invalid-body',
  'too-many-idempotency-keys': 'too-many-idempotency-keys',
  'too-many-rejections': 'too-large',
}

/** Maps an error of the domain to a problem of the contract. */
export function toDomainProblem(error: DomainError): ProblemError {
  const headers: Record<string, string> = {}
  if (error.code === 'busy' || error.code === 'idempotency-key-in-flight') headers['retry-after'] = '1'
  if (error.code === 'too-many-idempotency-keys') {
    headers['retry-after'] = String(error.details.retry_after_seconds)
  }
  if (error.code === 'stale-version') headers.etag = toEtag(Number(error.details.version))
  return new ProblemError(slugs[error.code], error.message, {
    members: error.details,
    headers,
    cause: error.cause,
  })
}
