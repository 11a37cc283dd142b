import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { readSyncConfig } from '@timesheets/contractor-sync/config'
import { RetryBudget } from '@timesheets/contractor-sync/http/retry'
import { mapRecord } from '@timesheets/contractor-sync/sync/mapping'
import { People } from '@timesheets/contractor-sync/sync/people'
import { openTracker } from '@timesheets/contractor-sync/sync/run'

/** Reads the whole tracker as a sync does, and writes its entries to a file instead of uploading them. */
const config = await readSyncConfig(process.env)
const tracker = openTracker(config, new RetryBudget({ budgetMs: 60_000 }))
const people = new People(config.peopleMap, config.unknownPerson, tracker.source)
const file = createWriteStream(process.argv[2]!)
for await (const record of tracker.read({})) {
  const mapped = mapRecord(record, tracker.source, people)
  if (mapped.kind !== 'item' || mapped.item.deleted) continue
  if (!file.write(`${JSON.stringify(mapped.item)}\n`)) await once(file, 'drain')
}
file.end()
await finished(file)
