import type { Client, TestResponse } from './client.ts'
import { entry, type TestService } from './service-fixture.ts'

/** Reads the pages of a list, following their links, and starting at a page. */
export async function* readPages(caller: Client, target: string): AsyncGenerator<TestResponse> {
  let next: string | undefined = target
  while (next !== undefined) {
    const page: TestResponse = await caller.request('GET', next)
    if (page.status !== 200) throw new Error(`${next}: ${page.status} ${JSON.stringify(page.body)}`)
    yield page
    next = getNextTarget(page)
  }
}

/** The path and query of the next page; undefined on the last one. */
export function getNextTarget({ headers }: TestResponse): string | undefined {
  const link = /^<https:\/\/timesheets\.example\.com(\/[^>]*)>; rel="next"$/.exec(headers.get('link') ?? '')
  return link?.[1]
}

/** Reads all entries of a list, page by page. */
export async function readList(caller: Client, target: string) {
  const entries = []
  for await (const { body } of readPages(caller, target)) entries.push(...body)
  return entries
}

/** Uploads entries of the source `harvest` and returns their ids, in the order of the items. */
export async function uploadEntries(service: TestService, items: readonly object[]): Promise<number[]> {
  const { status, text, body } = await service.uploadBatch(
    items.map((item, i) =>
      entry({ source: 'harvest', external_id: `${Date.now()}-${Math.random()}-${i}`, ...item }),
    ),
  )
  if (status !== 200 || body.errors) throw new Error(text)
  return body.items.map((item) => ('id' in item ? item.id! : -1))
}
