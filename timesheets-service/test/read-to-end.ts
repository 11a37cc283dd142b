import type { Client } from './client.ts'
import { getNextTarget } from './list-helpers.ts'

/** Reads all pages of a list, and returns their texts and their decoded cursors. */
export async function readToEnd(reader: Client, target: string): Promise<string[]> {
  const texts: string[] = []
  for (let next: string | undefined = target; next !== undefined; ) {
    const page: Awaited<ReturnType<Client['request']>> = await reader.request('GET', next)
    const cursor = new URL(next, 'http://localhost').searchParams.get('cursor') ?? ''
    texts.push(page.text, Buffer.from(cursor, 'base64url').toString('latin1'))
    next = getNextTarget(page)
  }
  return texts
}
