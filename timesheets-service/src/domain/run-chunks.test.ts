import { expect, test } from '@jest/globals'
import { runChunks } from './run-chunks.ts'

type Key = string

/** Runs chunks that are named by their keys; the test decides when each ends. */
function createRun(maxRunning = 2) {
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const getEnd = (name: string) => {
    const existing = ends.get(name)
    if (existing !== undefined) return existing
    const created = Promise.withResolvers<void>()
    created.promise.catch(() => undefined) // a chunk may fail before it starts
    ends.set(name, created)
    return created
  }
  const run = (chunks: AsyncIterable<readonly Key[]>) =>
    runChunks(
      chunks,
      (keys) => ({
        keys: new Set(keys),
        run: async () => {
          const name = keys.join()
          started.push(name)
          await getEnd(name).promise
          return name
        },
      }),
      { maxRunning, limit: (work) => work() },
    )
  return {
    started,
    end: (name: string) => getEnd(name).resolve(),
    fail: (name: string) => getEnd(name).reject(new Error(name)),
    run,
  }
}

async function* from(chunks: readonly (readonly Key[])[], failure?: Error): AsyncGenerator<readonly Key[]> {
  yield* chunks
  if (failure !== undefined) throw failure
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

test('runs several chunks at once, and yields their results in order', async () => {
  const { started, end, run } = createRun()
  const results = run(from([['a'], ['b'], ['c']]))
  const first = results.next()
  await pause()
  expect(started).toEqual(['a', 'b'])
  end('b')
  await pause()
  expect(started).toEqual(['a', 'b'])
  end('a')
  expect((await first).value).toBe('a')
  const rest = [results.next(), results.next()]
  await pause()
  expect(started).toEqual(['a', 'b', 'c'])
  end('c')
  expect((await Promise.all(rest)).map(({ value }) => value)).toEqual(['b', 'c'])
  expect((await results.next()).done).toBe(true)
})

test('a chunk with a key of a running one waits for it', async () => {
  const { started, end, run } = createRun(3)
  const results = run(from([['a', 'x'], ['b'], ['x', 'c']]))
  const first = results.next()
  await pause()
  expect(started).toEqual(['a,x', 'b'])
  end('a,x')
  await first
  await pause()
  expect(started).toEqual(['a,x', 'b', 'x,c'])
  for (const name of ['b', 'x,c']) end(name)
  expect([await results.next(), await results.next()].map(({ value }) => value)).toEqual(['b', 'x,c'])
})

test('yields the results before a chunk that fails, and then its error', async () => {
  const { end, fail, run } = createRun()
  const results = run(from([['a'], ['b']]))
  fail('b')
  end('a')
  expect((await results.next()).value).toBe('a')
  await expect(results.next()).rejects.toThrow('b')
})

test('yields the results of all chunks that arrived before the input fails', async () => {
  const { end, run } = createRun(3)
  const results = run(from([['a'], ['b']], new Error('the request was cut')))
  end('a')
  end('b')
  expect([await results.next(), await results.next()].map(({ value }) => value)).toEqual(['a', 'b'])
  await expect(results.next()).rejects.toThrow('the request was cut')
})

test('yields a result while the next chunk has not arrived', async () => {
  const { end, run } = createRun()
  const open = Promise.withResolvers<void>()
  const results = run(
    (async function* () {
      yield ['a']
      await open.promise
    })(),
  )
  end('a')
  expect((await results.next()).value).toBe('a')
  open.resolve()
  expect((await results.next()).done).toBe(true)
})
