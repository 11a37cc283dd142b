import type { Person, PersonBody } from '@timesheets/contracts/person'
import { emailKey } from '../domain/caller.ts'
import type { PersonModel, PersonNameModel } from './generated/models.ts'
import { emailKind } from './person-lookup.ts'

/** A name that somebody goes by, as the directory keeps it. */
export type Name = Pick<PersonNameModel, 'kind' | 'name'>

/** All names in a body, each once. */
export function namesOf(body: PersonBody): Name[] {
  const emails = body.emails.map((email) => ({ kind: emailKind, name: emailKey(email) }))
  const ids = Object.entries(body.tracker_ids).flatMap(([kind, names]) =>
    names.map((name) => ({ kind, name })),
  )
  return [...new Map([...emails, ...ids].map((name) => [keyOf(name), name])).values()]
}

/** A kind holds no space, so two names never share a key. */
export const keyOf = ({ kind, name }: Name) => `${kind} ${name}`

/** A person as the contract shows one, the names in their order. */
export function toPerson({ names, ...row }: PersonModel & { names: readonly Name[] }): Person {
  const sorted = names.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const { [emailKind]: emails = [], ...trackerIds } = namesByKind(sorted)
  return {
    user_id: row.userId,
    ...(row.name === null ? {} : { name: row.name }),
    emails,
    tracker_ids: trackerIds,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

/** A source may have any name, also one that every object knows. */
function namesByKind(names: readonly Name[]): Record<string, string[]> {
  return Object.fromEntries(
    [...Map.groupBy(names, ({ kind }) => kind)].map(([kind, of]) => [kind, of.map(({ name }) => name)]),
  )
}
