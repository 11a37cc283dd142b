import { type Caller, emailKey } from '../domain/caller.ts'
import { Prisma } from './generated/client.ts'

/** The kind of name that an e-mail address is; every other kind is a source. */
export const emailKind = 'email'

/** A person of the directory with one of their names, or with none. */
interface Row {
  readonly user_id: string
  readonly kind: string | null
  readonly name: string | null
}

/**
 * Who calls: whoever has this e-mail in the directory of people, else whoever has it as `user_id` there, else the
 * person as the token names them.
 * @param person as the gateway vouches for it: a verified e-mail, or the token's subject
 */
export async function callerOf(client: Prisma.TransactionClient, person: string): Promise<Caller> {
  const rows = await client.$queryRaw<Row[]>(Prisma.sql`
    with known as (
      select user_id, 1 as rank from person_names where kind = ${emailKind} and name = ${emailKey(person)}
       union all
      select user_id, 2 from people where user_id = ${person}
       order by rank limit 1
    )
    select known.user_id, person_names.kind, person_names.name from known left join person_names using (user_id)`)
  const userId = rows[0]?.user_id ?? person
  const spoken = person.includes('@') ? [person, emailKey(person)] : [person]
  const names = rows.flatMap(({ kind, name }) =>
    name === null ? [] : kind === emailKind ? name : `${kind}:${name}`,
  )
  return { userId, names: [...new Set([userId, ...spoken, ...names])] }
}
