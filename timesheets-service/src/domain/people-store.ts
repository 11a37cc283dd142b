import type { Person, PersonBody } from '@timesheets/contracts/person'
import type { Caller } from './caller.ts'

/** A person as a token names them. */
export interface Account {
  /** The verified e-mail, or the subject where the token has none. */
  readonly person: string
  /** The subject of the token (`sub`). */
  readonly subject: string
}

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
   * Finds the person behind a token: by e-mail in the directory, else by `user_id` there, else the name as it is. The
   * account and the e-mails that its tokens have named belong to the same person.
   */
  resolveCaller(account: Account): Promise<Caller>

  /** Remembers that an account and an e-mail belong to one person, for tokens that name only one of them. */
  linkAccount(account: Account): Promise<void>

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
