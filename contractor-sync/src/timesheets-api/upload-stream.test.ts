import { describe, expect, test } from '@jest/globals'
import { InvalidResponseError, SyncRunConflictError, TransientError } from '../errors.ts'
import { RetryBudget } from '../http/retry.ts'
import type { UploadItem } from './client.ts'
import type { UploadLine } from './upload-line.ts'
import { UploadStream } from './upload-stream.ts'

const item = (id: string, notes = ''): UploadItem => ({
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5,
  notes,
  source: 'harvest',
  external_id: id,
})

/** What one attempt does with the lines that it receives. */
type Attempt = (lines: AsyncIterable<string>) => AsyncIterable<UploadLine>

const stored = (index: number): UploadLine => ({ kind: 'item', item: { index, status: 'created' } })
const count = (received: number) => ({
  received,
  created: received,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  held: 0,
  rejected: 0,
})
const summary = (received: number): UploadLine => ({ kind: 'summary', summary: count(received) })
const progress = (received: number): UploadLine => ({ kind: 'progress', progress: count(received) })

/** Stores each line as soon as it arrives. */
async function* storeAll(lines: AsyncIterable<string>): AsyncGenerator<UploadLine> {
  let count = 0
  for await (const _ of lines) yield stored(count++)
  yield summary(count)
}

/** An API whose attempts do what is given, and the last one again and again. */
function fakeApi(...attempts: readonly Attempt[]) {
  const received: string[][] = []
  const api = {
    async *uploadStream(body: () => AsyncIterable<Uint8Array>) {
      const lines: string[] = []
      received.push(lines)
      async function* read() {
        for await (const bytes of body()) {
          for (const line of Buffer.from(bytes).toString().split('\n').filter(Boolean)) {
            lines.push(JSON.parse(line).external_id)
            yield line
          }
        }
      }
      yield* (attempts[received.length - 1] ?? attempts.at(-1)!)(read())
    },
  }
  return { api, received }
}

function open(...attempts: readonly Attempt[]) {
  const { api, received } = fakeApi(...attempts)
  const results: [id: string, status: string, details: string | undefined][] = []
  const stream = new UploadStream<string>(
    api,
    new RetryBudget({ budgetMs: 10_000 }),
    { dryRun: false, runId: 7 },
    {
      onResult: (one, { status }, details) => results.push([one.external_id, status, details]),
      onProgress() {},
    },
  )
  return { stream, received, results }
}

test('items are sent while they are added, and each result has its item and details', async () => {
  const { stream, received, results } = open(storeAll)
  stream.add(item('1'), 'line 1')
  stream.add(item('2'))
  await stream.finish()
  expect(received).toEqual([['1', '2']])
  expect(results).toEqual([
    ['1', 'created', 'line 1'],
    ['2', 'created', undefined],
  ])
})

describe('what has no result is sent again', () => {
  const all = ['1', '2', '3']
  test.each<[string, Attempt, string[]]>([
    [
      'after a response without its summary',
      async function* (lines) {
        let count = 0
        for await (const _ of lines) yield stored(count++)
      },
      [],
    ],
    [
      'after a connection that was cut',
      async function* (lines) {
        for await (const _ of lines) {
          yield stored(0)
          throw new TransientError('cut')
        }
      },
      ['2', '3'],
    ],
    [
      'after a summary that counts other items',
      async function* (lines) {
        for await (const _ of lines);
        yield summary(1)
      },
      all,
    ],
    [
      'after a response that ended before the request',
      async function* () {
        yield summary(0)
      },
      all,
    ],
  ])('%s', async (_what, first, again) => {
    const { stream, received, results } = open(first, storeAll)
    for (const id of all) stream.add(item(id))
    await stream.finish()
    expect(received).toHaveLength(2)
    expect(received[1]).toEqual(again)
    expect(results.map(([id]) => id)).toEqual(all)
  })

  test('with what was added meanwhile', async () => {
    const failed = Promise.withResolvers<void>()
    const { stream, received } = open(async function* () {
      yield* []
      failed.resolve()
      throw new TransientError('down')
    }, storeAll)
    stream.add(item('1'))
    await failed.promise
    stream.add(item('2'))
    await stream.finish()
    expect(received.at(-1)).toEqual(['1', '2'])
  })
})

test('an error that does not pass ends the stream for all callers that add items or wait', async () => {
  const { stream } = open(async function* () {
    yield* []
    throw new SyncRunConflictError('over')
  })
  stream.add(item('1'))
  await expect(stream.finish()).rejects.toThrow(SyncRunConflictError)
  await stream.drain()
  expect(stream.hasRoom).toBe(false)
})

test('a stream of many blocks goes on after each failure with what has no result', async () => {
  // Each attempt stores three thousand lines, returns their results, and fails.
  const storeSome: Attempt = async function* (lines) {
    let read = 0
    for await (const _ of lines) {
      yield stored(read++)
      if (read % 1000 === 0) yield progress(read)
      if (read === 3000) throw new TransientError('cut')
    }
    yield summary(read)
  }
  const { stream, received, results } = open(storeSome)
  const ids = Array.from({ length: 10_000 }, (_, i) => String(i))
  for (const id of ids) {
    stream.add(item(id, 'x'.repeat(id.length * 50)))
    await stream.drain()
  }
  await stream.finish()
  expect(received.map(([first]) => first)).toEqual(['0', '3000', '6000', '9000'])
  expect(results.map(([id]) => id)).toEqual(ids)
}, 30_000)

test('a result that is not of the next item is an error', async () => {
  const { stream } = open(async function* (lines) {
    for await (const _ of lines) yield stored(1)
    yield summary(2)
  })
  stream.add(item('1'))
  stream.add(item('2'))
  await expect(stream.finish()).rejects.toThrow('a result for item 1; the next one is 0 of 2')
})

test('an item without a result is an error', async () => {
  const { stream } = open(async function* (lines) {
    let count = 0
    for await (const _ of lines) count += 1
    yield stored(0)
    yield summary(count)
  })
  stream.add(item('1'))
  stream.add(item('2'))
  await expect(stream.finish()).rejects.toThrow(InvalidResponseError)
})

test('a stream is full at 50,000 items, or at its limit of bytes', async () => {
  const { stream } = open(storeAll)
  let added = 0
  while (stream.hasRoom) {
    stream.add(item(String(added)))
    added += 1
    await stream.drain()
  }
  expect(added).toBe(50_000)
  await stream.finish()

  const large = open(storeAll).stream
  let count = 0
  while (large.hasRoom) {
    large.add(item(String(count), 'x'.repeat(9000)))
    count += 1
    await large.drain()
  }
  expect(count).toBeGreaterThan(1000)
  expect(count).toBeLessThan(2000)
  await large.finish()
})

test('at most a few items wait while the API does not read', async () => {
  const read = Promise.withResolvers<void>()
  const { stream } = open(async function* (lines) {
    await read.promise
    yield* storeAll(lines)
  })
  let isDrained = false
  for (let id = 0; id < 200; id++) stream.add(item(String(id), 'x'.repeat(9000)))
  const drained = stream.drain().then(() => (isDrained = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(isDrained).toBe(false)
  read.resolve()
  await drained
  await stream.finish()
})
