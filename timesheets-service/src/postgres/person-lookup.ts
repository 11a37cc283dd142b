import { type Caller, emailKey } from '../domain/caller.ts'
import type { Prisma } from './generated/client.ts'

/** The kind of name that an e-mail address is; every other kind is a source. */
export const emailKind = 'email'

/**
 * Who calls: whoever has this e-mail in the directory of people, else the person as the token names them.
 * @param person as the gateway vouches for it: a verified e-mail, or the token's subject
 */
export async function callerOf(client: Prisma.TransactionClient, person: string): Promise<Caller> {
  const named = await client.personName.findUnique({
    where: { kind_name: { kind: emailKind, name: emailKey(person) } },
    include: { person: { include: { names: true } } },
  })
  const known =
    named?.person ?? (await client.person.findUnique({ where: { userId: person }, include: { names: true } }))
  const names = (known?.names ?? []).map(({ kind, name }) => (kind === emailKind ? name : `${kind}:${name}`))
  const userId = known?.userId ?? person
  const spoken = person.includes('@') ? [person, emailKey(person)] : [person]
  return { userId, names: [...new Set([userId, ...spoken, ...names])] }
}
