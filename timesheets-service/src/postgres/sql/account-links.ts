import { normalizeEmail } from '../../domain/caller.ts'
import { Prisma } from '../generated/client.ts'

/** An account, and the e-mail that its tokens have named. */
export interface AccountLink {
  readonly subject: string
  /** In lower case. */
  readonly email: string
  /** As the token writes it. */
  readonly spelling: string
}

/** Finds the link of an account, and those of all accounts with the same e-mail. */
export function findAccountLinks(
  client: Prisma.TransactionClient,
  person: string,
  subject: string,
): Promise<AccountLink[]> {
  return client.$queryRaw<AccountLink[]>(Prisma.sql`
    with own as (select email from account_links where subject = ${subject} union select ${normalizeEmail(person)})
    select subject, email, spelling from account_links where email in (select email from own)`)
}

/** Stores a link. An account whose e-mail has changed keeps only the new one. */
export async function linkAccount(
  client: Prisma.TransactionClient,
  subject: string,
  spelling: string,
): Promise<void> {
  await client.$executeRaw(Prisma.sql`
    insert into account_links (subject, email, spelling) values (${subject}, ${normalizeEmail(spelling)}, ${spelling})
        on conflict (subject) do update
       set email = excluded.email, spelling = excluded.spelling, linked_at = now()
     where account_links.spelling <> excluded.spelling`)
}
