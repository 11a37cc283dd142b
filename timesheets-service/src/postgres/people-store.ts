import type { Person, PersonBody } from '@timesheets/contracts/person'
import { ProblemError } from '@timesheets/contracts/problem'
import { emailKey } from '../domain/caller.ts'
import type { PeoplePage, PeopleStore } from '../domain/people-store.ts'
import { haveCrossed, startingOver } from './crossed-writers.ts'
import { sqlStateOf } from './database-error.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { emailKind } from './person-lookup.ts'
import { keyOf, type Name, namesOf, toPerson } from './person-names.ts'

/** Somebody took the person out between two statements. */
class Gone extends Error {}

/** So does a name that another writes at the same moment (23505): look again. */
const isInTheWay = (error: unknown) =>
  error instanceof Gone || sqlStateOf(error) === '23505' || haveCrossed(error)

/** The directory in Postgres: that a name is one person's at most, its primary key says. */
export class PostgresPeopleStore implements PeopleStore {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  async list({ email, trackerId, after, limit }: PeoplePage): Promise<Person[]> {
    const names: Name[] = [
      ...(email === undefined ? [] : [{ kind: emailKind, name: emailKey(email) }]),
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
    return startingOver(
      () => this.#client.$transaction((transaction) => put(transaction, userId, body)),
      isInTheWay,
    )
  }

  async delete(userId: string): Promise<boolean> {
    const { count } = await this.#client.person.deleteMany({ where: { userId } })
    return count > 0
  }
}

/** A repeat writes nothing. */
async function put(transaction: Prisma.TransactionClient, userId: string, body: PersonBody) {
  const { count } = await transaction.person.createMany({ data: { userId }, skipDuplicates: true })
  // Whoever writes the same person waits here.
  await transaction.$queryRaw`select from people where user_id = ${userId} for update`
  const names = namesOf(body)
  await demandFree(transaction, userId, names)
  const row = await transaction.person.findUnique({ where: { userId }, include: { names: true } })
  if (row === null) throw new Gone()
  const name = body.name ?? null
  const wanted = new Set(names.map(keyOf))
  const kept = new Set(row.names.map(keyOf))
  const removed = row.names.filter((one) => !wanted.has(keyOf(one)))
  const added = names.filter((one) => !kept.has(keyOf(one)))
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

async function demandFree(
  transaction: Prisma.TransactionClient,
  userId: string,
  names: readonly Name[],
): Promise<void> {
  const taken = await transaction.personName.findFirst({ where: { OR: [...names], NOT: { userId } } })
  if (taken === null) return
  const { kind, name, userId: owner } = taken
  const what = kind === emailKind ? `The e-mail "${name}"` : `The ${kind} id "${name}"`
  throw new ProblemError('name-taken', `${what} is a name of the person "${owner}" already`, {
    members: { kind, name, user_id: owner },
  })
}
