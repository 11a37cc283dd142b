import type { Person, PersonBody } from '@timesheets/contracts/person'
import { normalizeEmail } from '../domain/caller.ts'
import type { PersonModel, PersonNameModel } from './generated/models.ts'

/** The kind of e-mail addresses; every other kind is a source. */
export const emailKind = 'email'

/** Another name of a person, as the directory stores it. */
export type Name = Pick<PersonNameModel, 'kind' | 'name'>

/** Collects all names in a body, each once. */
export function toNames(body: PersonBody): Name[] {
  const emails = body.emails.map((email) => ({ kind: emailKind, name: normalizeEmail(email) }))
  const ids = Object.entries(body.tracker_ids).flatMap(([kind, names]) =>
    names.map((name) => ({ kind, name })),
  )
  return [...new Map([...emails, ...ids].map((name) => [toNameKey(name), name])).values()]
}

/** A kind contains no space, so two names never share a key. */
export const toNameKey = ({ kind, name }: Name) => `${kind} ${name}`

/** Converts a row to a person of the contract, with sorted names. */
export function toPerson({ names, ...row }: PersonModel & { names: readonly Name[] }): Person {
  const sorted = names.toSorted((a, b) => (toNameKey(a) < toNameKey(b) ? -1 : 1))
  const { [emailKind]: emails = [], ...trackerIds } = groupByKind(sorted)
  return {
    user_id: row.userId,
    ...(row.name === null ? {} : { name: row.name }),
    emails,
    tracker_ids: trackerIds,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

/** `Object.fromEntries` defines own properties, so a source may be named like a property of every object. */
function groupByKind(names: readonly Name[]): Record<string, string[]> {
  return Object.fromEntries(
    [...Map.groupBy(names, ({ kind }) => kind)].map(([kind, of]) => [kind, of.map(({ name }) => name)]),
  )
}
