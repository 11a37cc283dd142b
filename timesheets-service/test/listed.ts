import type { Answer, Caller } from './caller.ts'
import { entry, type RunningService } from './running-service.ts'

/** The pages of a list from one on, by their links, each as the gateway would be asked for it. */
export async function* pages(caller: Caller, target: string): AsyncGenerator<Answer> {
  let next: string | undefined = target
  while (next !== undefined) {
    const page: Answer = await caller.call('GET', next)
    if (page.status !== 200) throw new Error(`${next}: ${page.status} ${JSON.stringify(page.body)}`)
    yield page
    next = nextOf(page)
  }
}

/** Path and query of the page after this one. */
export function nextOf({ headers }: Answer): string | undefined {
  const link = /^<https:\/\/timesheets\.example\.com(\/[^>]*)>; rel="next"$/.exec(headers.get('link') ?? '')
  return link?.[1]
}

/** Every entry of a list, through all of its pages. */
export async function listed(caller: Caller, target: string) {
  const entries = []
  for await (const { body } of pages(caller, target)) entries.push(...body)
  return entries
}

/** Uploads entries of the source `harvest` and tells their ids, in the order of the items. */
export async function upload(service: RunningService, items: readonly object[]): Promise<number[]> {
  const { status, text, body } = await service.uploadBatch(
    items.map((item, i) =>
      entry({ source: 'harvest', external_id: `${Date.now()}-${Math.random()}-${i}`, ...item }),
    ),
  )
  if (status !== 200 || body.errors) throw new Error(text)
  return body.items.map((item) => ('id' in item ? item.id! : -1))
}
