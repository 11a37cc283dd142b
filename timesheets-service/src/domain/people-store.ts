import type { Person, PersonBody } from '@timesheets/contracts/person'
import type { Caller } from './caller.ts'

/** Selects people of the directory. */
export interface PeopleFilter {
  readonly email?: string | undefined
  readonly trackerId?: { readonly source: string; readonly id: string } | undefined
}

export interface PeoplePageRequest extends PeopleFilter {
  /** Only people whose `user_id` sorts after this one. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The directory of people. */
export interface PeopleStore {
  /**
   * Finds the person behind a token: by e-mail in the directory, else by `user_id` there, else the name as it is.
   * @param person the verified e-mail, or the subject of the token, as the gateway signed it
   */
  resolveCaller(person: string): Promise<Caller>

  /** Lists people by `user_id`, in the database's collation. */
  list(page: PeoplePageRequest): Promise<readonly Person[]>

  /**
   * Creates a person, or replaces all their names.
   * @throws {DomainError} `name-taken`, with the name and the person who has it; `busy`
   */
  put(userId: string, body: PersonBody): Promise<{ readonly person: Person; readonly isNew: boolean }>

  /** @returns false if the person is not in the directory */
  delete(userId: string): Promise<boolean>
}
