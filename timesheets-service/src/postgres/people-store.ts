import type { Person, PersonBody } from '@timesheets/contracts/person'
import { type Caller, normalizeEmail } from '../domain/caller.ts'
import { DomainError } from '../domain/domain-error.ts'
import type { Account, PeoplePageRequest, PeopleStore } from '../domain/people-store.ts'
import { isWriteConflict, sqlState, uniqueViolation } from './errors.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { emailKind, type Name, toNameKey, toNames, toPerson } from './person-names.ts'
import { retryOnConflict } from './retry-on-conflict.ts'
import { findAccountLinks, linkAccount } from './sql/account-links.ts'
import { findPersonByName } from './sql/find-person-by-name.ts'

const maxRememberedLinks = 10_000

/** Another writer deleted the person between two statements. */
class PersonDeleted extends Error {}

/** A unique violation means that another writer stores one of the names at the same time: check the names again. */
const isRetryable = (error: unknown) =>
  error instanceof PersonDeleted || sqlState(error) === uniqueViolation || isWriteConflict(error)

/** The directory of people in Postgres. The primary key of names ensures that each belongs to one person at most. */
export class PostgresPeopleStore implements PeopleStore {
  readonly #client: PrismaClient
  /** Links that are stored already, so that they are not written with each request. */
  readonly #linked = new Set<string>()

  constructor(client: PrismaClient) {
    this.#client = client
  }

  async resolveCaller({ person, subject }: Account): Promise<Caller> {
    const links = await findAccountLinks(this.#client, person, subject)
    // If the token contains no e-mail, use the e-mail from earlier tokens of the same account.
    const email = person.includes('@') ? person : links.find((link) => link.subject === subject)?.spelling
    const rows = await findPersonByName(this.#client, email ?? person)
    const userId = rows[0]?.user_id ?? email ?? person
    const inToken = [person, subject, ...links.flatMap((link) => [link.subject, link.email, link.spelling])]
    if (person.includes('@')) inToken.push(normalizeEmail(person))
    const inDirectory = rows.flatMap(({ kind, name }) =>
      name === null ? [] : kind === emailKind ? name : `${kind}:${name}`,
    )
    return { userId, names: [...new Set([userId, ...inToken, ...inDirectory])] }
  }

  async linkAccount({ person, subject }: Account): Promise<void> {
    if (person === subject || !person.includes('@')) return
    const link = `${subject} ${person}`
    if (this.#linked.has(link)) return
    await linkAccount(this.#client, subject, person)
    if (this.#linked.size >= maxRememberedLinks) this.#linked.clear()
    this.#linked.add(link)
  }

  async list({ email, trackerId, after, limit }: PeoplePageRequest): Promise<Person[]> {
    const names: Name[] = [
      ...(email === undefined ? [] : [{ kind: emailKind, name: normalizeEmail(email) }]),
      ...(trackerId === undefined ? [] : [{ kind: trackerId.source, name: trackerId.id }]),
    ]
    const rows = await this.#client.person.findMany({
      where: {
        ...(after === undefined ? {} : { userId: { gt: after } }),
        AND: names.map((name) => ({ names: { some: name } })),
      },
      orderBy: { userId: 'asc' },
      take: limit,
      include: { names: true },
    })
    return rows.map(toPerson)
  }

  put(userId: string, body: PersonBody): Promise<{ person: Person; isNew: boolean }> {
    return retryOnConflict(
      () => this.#client.$transaction((transaction) => put(transaction, userId, body)),
      isRetryable,
    )
  }

  async delete(userId: string): Promise<boolean> {
    const { count } = await this.#client.person.deleteMany({ where: { userId } })
    return count > 0
  }
}

/** Writes nothing if the person has these names already. */
async function put(transaction: Prisma.TransactionClient, userId: string, body: PersonBody) {
  const { count } = await transaction.person.createMany({ data: { userId }, skipDuplicates: true })
  // Writers of the same person wait here for each other.
  await transaction.$queryRaw`select from people where user_id = ${userId} for update`
  const names = toNames(body)
  await assertNamesFree(transaction, userId, names)
  const row = await transaction.person.findUnique({ where: { userId }, include: { names: true } })
  if (row === null) throw new PersonDeleted()
  const name = body.name ?? null
  const newKeys = new Set(names.map(toNameKey))
  const oldKeys = new Set(row.names.map(toNameKey))
  const removed = row.names.filter((one) => !newKeys.has(toNameKey(one)))
  const added = names.filter((one) => !oldKeys.has(toNameKey(one)))
  const isNew = count === 1
  if (!isNew && name === row.name && removed.length === 0 && added.length === 0) {
    return { person: toPerson(row), isNew }
  }
  await transaction.personName.deleteMany({
    where: { OR: removed.map(({ kind, name }) => ({ kind, name })), userId },
  })
  await transaction.personName.createMany({ data: added.map((one) => ({ ...one, userId })) })
  const changed = await transaction.person.update({
    where: { userId },
    data: { name },
    include: { names: true },
  })
  return { person: toPerson(changed), isNew }
}

/** @throws {DomainError} `name-taken` */
async function assertNamesFree(
  transaction: Prisma.TransactionClient,
  userId: string,
  names: readonly Name[],
): Promise<void> {
  const taken = await transaction.personName.findFirst({ where: { OR: [...names], NOT: { userId } } })
  if (taken === null) return
  const { kind, name, userId: owner } = taken
  const subject = kind === emailKind ? `The e-mail "${name}"` : `The ${kind} id "${name}"`
  throw new DomainError('name-taken', `${subject} is a name of the person "${owner}" already`, {
    details: { kind, name, user_id: owner },
  })
}
