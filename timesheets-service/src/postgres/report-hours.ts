import { DomainError } from '../domain/domain-error.ts'
import type { HoursReporter, ReportRequest } from '../domain/hours-reporter.ts'
import { queryCanceled, sqlState } from './errors.ts'
import type { PrismaClient } from './generated/client.ts'
import { sumHours } from './sql/sum-hours.ts'

/** Groups that one report may have: some ten megabytes. */
const defaultMaxGroups = 100_000

/** Sums hours in Postgres. */
export class PostgresHoursReporter implements HoursReporter {
  readonly #client: PrismaClient
  readonly #maxGroups: number

  constructor(client: PrismaClient, { maxGroups = defaultMaxGroups } = {}) {
    this.#client = client
    this.#maxGroups = maxGroups
  }

  async reportHours(request: ReportRequest): Promise<string> {
    const { report, groups } = await sumHours(this.#client, request, this.#maxGroups).catch(rejectTimeout)
    if (groups <= this.#maxGroups) return report
    throw new DomainError(
      'report-too-large',
      `The parameter group_by makes more than ${this.#maxGroups} groups; narrow the report by from and to, or group by less`,
      { details: { parameter: 'group_by' } },
    )
  }
}

/** A statement that times out is not an outage here: the same report would time out again. */
function rejectTimeout(cause: unknown): never {
  if (sqlState(cause) !== queryCanceled) throw cause
  throw new DomainError(
    'report-too-large',
    'The parameters from and to select more than can be summed in time; select fewer days',
    { details: { parameter: 'from' }, cause },
  )
}
