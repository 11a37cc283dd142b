import { syncSettings } from '@timesheets/contractor-sync/config'
import { daemonSettings } from '@timesheets/contractor-sync/sync/daemon'
import { loadTracker, trackerNames } from '@timesheets/contractor-sync/trackers/registry'
import { issuerSettings } from '@timesheets/fake-auth0/config'
import { harvestSettings } from '@timesheets/fake-harvest/config'
import { gatewaySettings } from '@timesheets/gateway/config'
import type { Settings } from '@timesheets/runtime/config'
import { serviceSettings } from '@timesheets/timesheets-service/config'
import { migrateSettings } from '../prisma/migrate.ts'

const trackers = await Promise.all(trackerNames.map(async (name) => (await loadTracker(name))!.settings))

/** The settings of each deployed process, by the name of its container. */
export const processes: Readonly<Record<string, readonly Settings[string][]>> = {
  gateway: Object.values(gatewaySettings),
  'timesheets-service': Object.values(serviceSettings),
  'contractor-sync': [syncSettings, daemonSettings, ...trackers].flatMap((table) => Object.values(table)),
  migrate: Object.values(migrateSettings),
  issuer: Object.values(issuerSettings),
  tracker: Object.values(harvestSettings),
}
