import type { Prisma } from './generated/client.ts'

/** The kind of name that an e-mail address is; every other kind is a source. */
export const emailKind = 'email'

/** E-mail addresses are written in any case and mean the same person: in the directory, lower case. */
export const emailKey = (email: string) => email.toLowerCase()

/**
 * Whose hours a person's are: who has this e-mail in the directory of people, else the person as the token
 * names them.
 * @param person as the gateway vouches for it: a verified e-mail, or the token's subject
 */
export async function userIdOf(client: Prisma.TransactionClient, person: string): Promise<string> {
  const known = await client.personName.findUnique({
    where: { kind_name: { kind: emailKind, name: emailKey(person) } },
    select: { userId: true },
  })
  return known?.userId ?? person
}
