import { userId } from '@timesheets/contracts/member'
import { ProblemError } from '@timesheets/contracts/problem'

/**
 * The `user_id` that a path names, by the rules of an entry's.
 * @throws {ProblemError} `invalid-body`
 */
export function readPersonId(parameters: Readonly<Record<string, string>>): string {
  const result = userId.safeParse(parameters.user_id)
  if (result.success) return result.data
  throw new ProblemError('invalid-body', `The user_id in the path ${result.error.issues[0]!.message}`, {
    members: { parameter: 'user_id' },
  })
}
