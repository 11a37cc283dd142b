import type { Response } from 'express'
import type { Actor, Caller } from '../domain/caller.ts'
import type { PeopleStore } from '../domain/people-store.ts'
import { getIdentity } from './gateway-identity.ts'

/** Finds the person who makes a request in the directory of people. */
export function resolveCaller(response: Response, people: PeopleStore): Promise<Caller> {
  return people.resolveCaller(getIdentity(response))
}

/** The caller, and how the history records them. */
export async function resolveActor(
  response: Response,
  people: PeopleStore,
): Promise<{ readonly caller: Caller; readonly actor: Actor }> {
  // Before the hours are written, so that they are found under each name.
  await people.linkAccount(getIdentity(response))
  const caller = await resolveCaller(response, people)
  return { caller, actor: { clientId: getIdentity(response).client, person: caller.userId } }
}
