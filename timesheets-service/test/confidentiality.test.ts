import { expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import { type Client, users } from './client.ts'
import { readToEnd } from './read-to-end.ts'
import { entry, useService } from './service-fixture.ts'

/** How many random histories are tried. FAULT_ROUNDS sets more; the same FAULT_SEED repeats the same ones. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 3)
const stepsPerRound = 40
const seed = Number(process.env.FAULT_SEED ?? 20261126)

const service = useService()
const { ann, ben, maya, max, sync } = users(() => service().app)
const people = { 'ann@exampleco.com': ann, 'ben@exampleco.com': ben }
type Name = keyof typeof people

/** Names under which a tracker may know a person; the directory moves some of them between people. */
const aliases: Record<Name, readonly string[]> = {
  'ann@exampleco.com': ['ann@exampleco.com', 'ANN@ExampleCo.com', 'a-1'],
  'ben@exampleco.com': ['ben@exampleco.com', 'b-1', 'harvest:2'],
}
const owners = (Object.keys(aliases) as Name[]).flatMap((name) =>
  aliases[name].map((alias) => [alias, name] as const),
)

test(`shows no content of another person in any response (${rounds} histories, seed ${seed})`, async () => {
  for (let round = 0; round < rounds; round++) {
    const next = createRandom(seed + round)
    const random = (below: number) => Math.floor(next() * below)
    const pick = <T>(items: readonly T[]) => items[random(items.length)]!
    await maya.request('PUT', '/people/a-1', { emails: ['ann@exampleco.com'] })
    await maya.request('PUT', '/people/b-1', {
      emails: ['ben@exampleco.com'],
      tracker_ids: { harvest: ['2'] },
    })
    const instants: string[] = []
    const ids: number[] = []
    for (let step = 0; step < stepsPerRound; step++) {
      const [alias, owner] = pick(owners)
      // The content names its owner, so that a search finds it wherever it appears.
      const secret = `secret-of-${owner.slice(0, 3)}-${round}-${step}`
      const id = ids.length === 0 ? 0 : pick(ids)
      switch (random(8)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const fields = {
            user_id: alias,
            source: 'harvest',
            project: secret,
            notes: secret,
            external_id: `${round}-${random(6)}`,
          }
          const { body } = await sync.request('POST', '/timesheets/upload', entry(fields))
          if (typeof body.id === 'number') ids.push(body.id)
          break
        }
        case 4: {
          const { body } = await people[owner].request('POST', '/timesheets', {
            date: '2026-05-10',
            project: secret,
            hours: 1,
          })
          ids.push(body.id)
          break
        }
        case 5:
          await max.request('PUT', `/approvals/${id}`)
          break
        case 6:
          await max.request('DELETE', `/approvals/${id}`)
          break
        default:
          await max.request('DELETE', `/approvals/${id}/correction`)
      }
      instants.push(new Date().toISOString())
    }
    await expectOwnContentOnly(ann, 'ben', ids, pick(instants))
    await expectOwnContentOnly(ben, 'ann', ids, pick(instants))
  }
})

async function expectOwnContentOnly(reader: Client, other: string, ids: readonly number[], asOf: string) {
  const texts: string[] = []
  for (const query of [
    '',
    '?limit=2',
    `?as_of=${asOf}`,
    '?approved=true',
    '?updated_after=2020-01-01T00:00:00Z',
  ]) {
    texts.push(...(await readToEnd(reader, `/timesheets${query}`)))
    if (query === '?limit=2') continue
    for (const accept of ['text/csv', 'application/x-ndjson'])
      texts.push((await reader.request('GET', `/timesheets${query}`, undefined, { accept })).text)
  }
  for (const id of new Set(ids)) {
    texts.push((await reader.request('GET', `/timesheets/${id}`)).text)
    texts.push((await reader.request('GET', `/timesheets/${id}/history`)).text)
    texts.push(
      (await reader.request('PUT', `/timesheets/${id}`, { date: '2020-01-01', project: 'x', hours: 0 })).text,
    )
  }
  texts.push((await reader.request('GET', '/timesheets?user_id=*')).text)
  for (const text of texts) expect(text).not.toContain(`secret-of-${other}`)
}
