import { expect, test } from '@jest/globals'
import type { V1CronJobSpec, V1JobSpec } from '@kubernetes/client-node'
import { exitCodes } from '@timesheets/contractor-sync/exit-codes'
import { trackerNames } from '@timesheets/contractor-sync/trackers/registry'
import { describeManifests } from './kubectl.ts'
import { find, ofKind, overlays, renderOverlay, workload } from './rendered.ts'

const day = 86_400

describeManifests('jobs end as their exit codes say', () => {
  test.each(overlays)(
    '%s: every CronJob runs each night once, in UTC, and never beside itself',
    (overlay) => {
      for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
        expect(spec as V1CronJobSpec).toMatchObject({ timeZone: 'Etc/UTC', concurrencyPolicy: 'Forbid' })
        expect(spec.schedule).toMatch(/^\d+ \d+ \* \* \*$/)
        expect(spec.suspend ?? false).toBe(false)
        // More than 100 missed starts would stop a CronJob without such a deadline; and it must end before the next night.
        expect(spec.startingDeadlineSeconds).toBeGreaterThanOrEqual(3600)
        const job = spec.jobTemplate.spec as V1JobSpec
        expect(spec.startingDeadlineSeconds + job.activeDeadlineSeconds!).toBeLessThan(day)
      }
    },
  )

  // docs/operations.md rolls back with a selector: an older migration would refuse the newer schema.
  test.each(overlays)('%s: one label tells the migration from all the rest', (overlay) => {
    const isMigration = ({ metadata }: { metadata: { labels?: Record<string, string> } }) =>
      metadata.labels?.['app.kubernetes.io/name'] === 'migrate'
    const kinds = renderOverlay(overlay)
      .filter(isMigration)
      .map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual(['Job', 'ServiceAccount'])
  })

  test.each(overlays)('%s: there is time to look at what a run said', (overlay) => {
    for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
      expect(spec.successfulJobsHistoryLimit).toBeGreaterThanOrEqual(3)
      expect(spec.failedJobsHistoryLimit).toBeGreaterThanOrEqual(3)
      expect(spec.jobTemplate.spec.ttlSecondsAfterFinished).toBeGreaterThanOrEqual(7 * day)
    }
  })

  test.each(overlays)(
    '%s: what repeating cannot mend fails a sync at once, what it may is tried again',
    (overlay) => {
      for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
        const job = spec.jobTemplate.spec as V1JobSpec
        expect(job.template.spec!.restartPolicy).toBe('Never')
        expect(job.backoffLimit).toBeGreaterThanOrEqual(1)
        expect(job.backoffLimit).toBeLessThanOrEqual(5)
        // In this order: a pod that was evicted while it ended with 75 does not count.
        expect(job.podFailurePolicy!.rules).toEqual([
          failAt('contractor-sync', [exitCodes.refused, exitCodes.rejected]),
          ignoreDisruption,
          countAt('contractor-sync', [exitCodes.tryLater]),
        ])
        expect(job.template.spec!.containers[0]!.name).toBe('contractor-sync')
        expect(job.template.spec!.containers[0]!.args).toEqual(['run'])
      }
    },
  )

  test.each(overlays)(
    '%s: migrate is tried again while the database is not there, and not when it refuses',
    (overlay) => {
      const job = find(renderOverlay(overlay), 'Job', 'migrate').spec as V1JobSpec
      expect(job.podFailurePolicy!.rules).toEqual([
        failAt('migrate', [2]),
        ignoreDisruption,
        countAt('migrate', [75]),
      ])
      expect(job.template.spec!.restartPolicy).toBe('Never')
      expect(job.activeDeadlineSeconds).toBeGreaterThan(0)
      expect(job.ttlSecondsAfterFinished).toBeGreaterThanOrEqual(day)
    },
  )

  test.each(overlays)(
    '%s: a CronJob a source, each with a name, a label and a source of its own',
    (overlay) => {
      const cronJobs = ofKind(renderOverlay(overlay), 'CronJob')
      expect(cronJobs.length).toBeGreaterThanOrEqual(1)
      for (const { metadata, spec } of cronJobs) {
        const source = metadata.labels!['timesheets.exampleco.com/source']!
        expect(metadata.name).toBe(`contractor-sync-${source}`)
        const { env } = spec.jobTemplate.spec.template.spec.containers[0]
        const kind = env.find((variable: { name: string }) => variable.name === 'SYNC_SOURCE').value
        expect(trackerNames).toContain(kind)
        expect(workload(renderOverlay(overlay), 'contractor-sync').labels).toMatchObject({
          'timesheets.exampleco.com/source': source,
        })
      }
      const schedules = cronJobs.map(({ spec }) => spec.schedule)
      expect(new Set(schedules).size).toBe(schedules.length)
    },
  )
})

const failAt = (containerName: string, values: readonly number[]) => ({
  action: 'FailJob',
  onExitCodes: { containerName, operator: 'In', values },
})

const countAt = (containerName: string, values: readonly number[]) => ({
  action: 'Count',
  onExitCodes: { containerName, operator: 'In', values },
})

const ignoreDisruption = {
  action: 'Ignore',
  onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
}
