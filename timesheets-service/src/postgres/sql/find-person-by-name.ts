import { normalizeEmail } from '../../domain/caller.ts'
import { Prisma } from '../generated/client.ts'
import { emailKind } from '../person-names.ts'

/** A person of the directory with one of their names; `kind` and `name` are null for a person without names. */
export interface PersonNameRow {
  readonly user_id: string
  readonly kind: string | null
  readonly name: string | null
}

/** Finds a person by e-mail, else by `user_id`, and reads all their names: one row per name. */
export function findPersonByName(client: Prisma.TransactionClient, name: string): Promise<PersonNameRow[]> {
  return client.$queryRaw<PersonNameRow[]>(Prisma.sql`
    with known as (
      select user_id, 1 as rank from person_names where kind = ${emailKind} and name = ${normalizeEmail(name)}
       union all
      select user_id, 2 from people where user_id = ${name}
       order by rank limit 1
    )
    select known.user_id, person_names.kind, person_names.name from known left join person_names using (user_id)`)
}
