import type { Person, PersonBody } from '@timesheets/contracts/person'

/** Whom of the directory is asked for. */
export interface PeopleFilter {
  readonly email?: string | undefined
  readonly trackerId?: { readonly source: string; readonly id: string } | undefined
}

/** What makes a page of the directory. */
export interface PeoplePage extends PeopleFilter {
  /** Only those whose `user_id` comes after it. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The directory of people, as what answers over HTTP uses it. */
export interface PeopleStore {
  /** By `user_id`, in the database's own order. */
  list(page: PeoplePage): Promise<readonly Person[]>

  /**
   * Enters a person, or changes all names of one.
   * @throws {ProblemError} `name-taken`, naming what is another person's and whose
   */
  put(userId: string, body: PersonBody): Promise<{ readonly person: Person; readonly isNew: boolean }>

  /** @returns false for somebody who is not in the directory */
  delete(userId: string): Promise<boolean>
}
