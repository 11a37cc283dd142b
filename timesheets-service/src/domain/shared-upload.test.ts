import { expect, test } from '@jest/globals'
import { parseUploadItem } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { SharedUploads } from './shared-upload.ts'
import type { ChangeSet, UploadStore } from './upload-store.ts'

/** A store without entries, which keeps what it is asked to write, and fails for the project "Bad". */
function createStore() {
  const writes: ChangeSet[] = []
  let lastId = 0
  const store: Pick<UploadStore, 'find' | 'write'> = {
    find: async () => ({ entries: [], owners: new Map() }),
    write: async (changeSet) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (changeSet.changes.some(({ content }) => content?.project === 'Bad')) throw new Error('bad entry')
      writes.push(changeSet)
      const ids = changeSet.changes.map(() => ++lastId)
      return { ids, entries: ids.map((id) => ({ id }) as StoredEntry) }
    },
  }
  return { writes, uploads: new SharedUploads(store as UploadStore, new Map()) }
}

const item = (project: string, externalId?: string) =>
  parseUploadItem(
    { user_id: '007', date: '2026-05-10', project, hours: 1, external_id: externalId },
    new Date('2026-05-11'),
  )

test('stores the first entry at once, and those that come meanwhile together', async () => {
  const { writes, uploads } = createStore()
  const results = await Promise.all(
    Array.from({ length: 250 }, (_, i) => uploads.upload(item(`Project ${i}`), 'sync')),
  )
  expect(writes.map(({ changes }) => changes.length)).toEqual([1, 100, 100, 49])
  const projects = writes.flatMap(({ changes }) => changes.map(({ content }) => content!.project))
  // Each request gets the id of its own entry.
  expect(results.map((result) => 'id' in result && projects[Number(result.id) - 1])).toEqual(
    results.map((_, i) => `Project ${i}`),
  )
})

test('an entry that cannot be stored fails alone', async () => {
  const { uploads } = createStore()
  const names = ['A', 'B', 'Bad', 'C']
  const results = await Promise.allSettled(names.map((name) => uploads.upload(item(name), 'sync')))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
})

test('entries of different clients, and those of one identity, do not share a transaction', async () => {
  const { writes, uploads } = createStore()
  await Promise.all([
    uploads.upload(item('A'), 'sync'),
    uploads.upload(item('B', '1'), 'sync'),
    uploads.upload(item('C', '1'), 'sync'),
    uploads.upload(item('D'), 'another'),
  ])
  expect(writes.map(({ clientId, changes }) => [clientId, changes.length])).toEqual(
    expect.arrayContaining([
      ['sync', 1],
      ['sync', 1],
      ['sync', 1],
      ['another', 1],
    ]),
  )
})
