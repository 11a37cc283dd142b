import { userId } from '@timesheets/contracts/fields'
import { ProblemError } from '@timesheets/contracts/problem'

/**
 * The `user_id` that a path names, by the rules of an entry's; where whose entries are asked, `*` means everybody's,
 * so it is nobody.
 * @throws {ProblemError} `invalid-body`
 */
export function readPersonId(parameters: Readonly<Record<string, string>>): string {
  const result = userId.safeParse(parameters.user_id)
  if (result.success && result.data !== '*') return result.data
  const message = result.error?.issues[0]?.message ?? 'must not be *, which means everybody'
  throw new ProblemError('invalid-body', `The user_id in the path ${message}`, {
    members: { parameter: 'user_id' },
  })
}
