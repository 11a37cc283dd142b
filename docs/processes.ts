import type { Settings } from '@timesheets/runtime/config'
import { syncSettings } from '../contractor-sync/src/config.ts'
import { daemonSettings } from '../contractor-sync/src/daemon.ts'
import { loadTracker, trackerNames } from '../contractor-sync/src/trackers/known-trackers.ts'
import { gatewaySettings } from '../gateway/src/config.ts'
import { harvestSettings } from '../packages/local/src/harvest/config.ts'
import { issuerSettings } from '../packages/local/src/issuer/config.ts'
import { migrateSettings } from '../prisma/migrate.ts'
import { serviceSettings } from '../timesheets-service/src/config.ts'

const trackers = await Promise.all(trackerNames.map(async (name) => (await loadTracker(name))!.settings))

/** Every process that is deployed, by the name of its container, and each variable that it reads. */
export const processes: Readonly<Record<string, readonly Settings[string][]>> = {
  gateway: Object.values(gatewaySettings),
  'timesheets-service': Object.values(serviceSettings),
  'contractor-sync': [syncSettings, daemonSettings, ...trackers].flatMap((table) => Object.values(table)),
  migrate: Object.values(migrateSettings),
  issuer: Object.values(issuerSettings),
  tracker: Object.values(harvestSettings),
}
