import type { DayDigest } from '@timesheets/contracts/sync-run'
import type { Express } from 'express'
import { Client, type TestResponse } from './client.ts'
import { entry } from './service-fixture.ts'

/** The body of a run of a source. */
export const runBody = (source: string, fields: object = {}) => ({
  source,
  account: '1',
  from: '2017-05-01',
  to: '2017-05-31',
  mode: 'incremental',
  ...fields,
})

/** Starts a run of a source, and returns its id. */
export async function startRun(client: Client, source: string, fields: object = {}): Promise<number> {
  const { status, body, text } = await client.request('POST', '/sync-runs', runBody(source, fields))
  if (status !== 201) throw new Error(text)
  return body.id
}

/** A program that uploads. */
export function createProgram(app: () => Express, client: string, scopes = 'batch:upload'): Client {
  return new Client(app, { client, person: `${client}@clients`, scopes: scopes.split(' ') })
}

/** Uploads entries for a run. */
export function uploadFor(
  client: Client,
  run: number | undefined,
  source: string,
  items: readonly object[],
): Promise<TestResponse> {
  const headers: Record<string, string> = run === undefined ? {} : { 'sync-run': String(run) }
  return client.request(
    'POST',
    '/timesheets/upload',
    items.map((item) => entry({ source, ...item })),
    headers,
  )
}

/** Reads a response of JSON lines. */
export function parseLines<Line>({ status, text }: TestResponse): Line[] {
  if (status !== 200) throw new Error(text)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** Reads the digests of the days of 2017 for a run. */
export async function readYearOfDigests(client: Client, run: number, query = ''): Promise<DayDigest[]> {
  const response = await client.request(
    'GET',
    `/sync-runs/${run}/digests?from=2017-01-01&to=2017-12-31${query}`,
  )
  // How many people see another version of is no part of the sums.
  return parseLines<DayDigest>(response).map(({ corrections: _, ...line }) => line)
}
