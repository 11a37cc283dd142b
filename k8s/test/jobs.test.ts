import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { V1CronJobSpec, V1JobSpec } from '@kubernetes/client-node'
import { syncSettings } from '@timesheets/contractor-sync/config'
import { exitCodes } from '@timesheets/contractor-sync/exit-codes'
import { trackerNames } from '@timesheets/contractor-sync/trackers/registry'
import { describeManifests } from './kubectl.ts'
import { find, findWorkload, ofKind, overlays, renderOverlay } from './manifests.ts'

const day = 86_400

describeManifests('jobs', () => {
  test.each(overlays)(
    '%s: each CronJob runs once a night, in UTC, and never twice at the same time',
    (overlay) => {
      for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
        expect(spec as V1CronJobSpec).toMatchObject({ timeZone: 'Etc/UTC', concurrencyPolicy: 'Forbid' })
        expect(spec.schedule).toMatch(/^\d+ \d+ \* \* \*$/)
        expect(spec.suspend ?? false).toBe(false)
        // Without a starting deadline, 100 missed starts stop a CronJob. The run must end before the next night.
        expect(spec.startingDeadlineSeconds).toBeGreaterThanOrEqual(3600)
        const job = spec.jobTemplate.spec as V1JobSpec
        expect(spec.startingDeadlineSeconds + job.activeDeadlineSeconds!).toBeLessThan(day)
      }
    },
  )

  // docs/operations.md rolls back with a selector, because an older migration rejects a newer schema.
  test.each(overlays)('%s: one label selects the migration and nothing else', (overlay) => {
    const isMigration = ({ metadata }: { metadata: { labels?: Record<string, string> } }) =>
      metadata.labels?.['app.kubernetes.io/name'] === 'migrate'
    const kinds = renderOverlay(overlay)
      .filter(isMigration)
      .map(({ kind }) => kind)
    const generated = overlay === 'local' ? ['Secret'] : []
    expect(kinds.toSorted()).toEqual(['Job', 'PriorityClass', ...generated, 'ServiceAccount'])
  })

  test.each(overlays)('%s: the label of the migration selects all that its pod refers to', (overlay) => {
    const manifests = renderOverlay(overlay)
    const { spec } = findWorkload(manifests, 'migrate')
    const sources = spec.volumes!.flatMap(({ projected }) => projected?.sources ?? [])
    const references = [
      ['ServiceAccount', spec.serviceAccountName!],
      ['PriorityClass', spec.priorityClassName!],
      ...sources.map(({ secret }) => ['Secret', secret!.name!]),
    ]
    // A Secret of production is created outside the manifests.
    const rendered = references.filter(([kind]) => kind !== 'Secret' || overlay === 'local')
    for (const [kind, name] of rendered) {
      const { labels } = find(manifests, kind!, name!).metadata
      expect([kind, labels?.['app.kubernetes.io/name']]).toEqual([kind, 'migrate'])
    }
  })

  // A Job that reaches its deadline loses its running pod, and with it the log.
  test.each(overlays)(
    '%s: a process ends before the deadline of its pod, and all attempts before that of the Job',
    (overlay) => {
      const manifests = renderOverlay(overlay)
      for (const { spec } of ofKind(manifests, 'CronJob')) {
        const job = spec.jobTemplate.spec as V1JobSpec
        const { activeDeadlineSeconds, terminationGracePeriodSeconds, containers } = job.template.spec!
        // No manifest changes the default of the process.
        expect(containers[0]!.env!.map(({ name }) => name)).not.toContain(syncSettings.deadlineSeconds.name)
        // The longest request that may still run when the process stops.
        const lastRequest = Number(syncSettings.requestTimeoutSeconds.defaultText)
        expect(Number(syncSettings.deadlineSeconds.defaultText) + lastRequest).toBeLessThan(
          activeDeadlineSeconds!,
        )
        // Kubernetes waits for 10, 20, 40 s … before it repeats.
        const attempts = job.backoffLimit! + 1
        const pauses = 10 * 2 ** attempts
        expect(attempts * (activeDeadlineSeconds! + terminationGracePeriodSeconds!) + pauses).toBeLessThan(
          job.activeDeadlineSeconds!,
        )
      }
      const { container, spec } = findWorkload(manifests, 'migrate')
      const deadline = Number(container.env!.find(({ name }) => name === 'MIGRATE_DEADLINE_SECONDS')!.value)
      expect(deadline).toBeLessThan(spec.activeDeadlineSeconds!)
      expect(spec.activeDeadlineSeconds).toBeLessThan(
        find(manifests, 'Job', 'migrate').spec.activeDeadlineSeconds,
      )
    },
  )

  test('docs/operations.md reads the log of the last pod of a Job, and shows the pods while it waits', () => {
    const documented = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    expect(documented).not.toMatch(/^\s*kubectl .*logs job\/(migrate|by-hand)/m)
    const lastPod =
      /logs "\$\(kubectl .* --selector job-name=[\w-]+ \\\n\s*--sort-by=\.metadata\.creationTimestamp/g
    expect(documented.match(lastPod)).toHaveLength(2)
    const loops = documented.match(/^ *until kubectl [\s\S]*?^ *done$/gm)
    expect(loops).toHaveLength(2)
    for (const loop of loops!) expect(loop).toContain('get pods --selector job-name=migrate')
  })

  test.each(overlays)('%s: a drain and the cluster autoscaler let a migration finish', (overlay) => {
    const job = find(renderOverlay(overlay), 'Job', 'migrate').spec as V1JobSpec
    expect(job.template.spec!.terminationGracePeriodSeconds).toBe(job.activeDeadlineSeconds)
    expect(job.template.metadata!.annotations).toEqual(notEvicted)
    for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
      expect(spec.jobTemplate.spec.template.metadata.annotations).toEqual(notEvicted)
    }
  })

  test.each(overlays)(
    '%s: finished runs and their logs are kept for a fortnight, also beside as many runs by hand',
    (overlay) => {
      for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
        const { ttlSecondsAfterFinished } = spec.jobTemplate.spec
        expect(ttlSecondsAfterFinished).toBe(14 * day)
        // A Job that was created from the CronJob by hand belongs to it and counts.
        expect(spec.successfulJobsHistoryLimit).toBeGreaterThanOrEqual(2 * 14)
        expect(spec.failedJobsHistoryLimit).toBeGreaterThanOrEqual(2 * 14)
      }
    },
  )

  test.each(overlays)(
    '%s: a sync fails at once on a permanent error and is retried on a transient error',
    (overlay) => {
      for (const { spec } of ofKind(renderOverlay(overlay), 'CronJob')) {
        const job = spec.jobTemplate.spec as V1JobSpec
        expect(job.template.spec!.restartPolicy).toBe('Never')
        expect(job.backoffLimit).toBeGreaterThanOrEqual(1)
        expect(job.backoffLimit).toBeLessThanOrEqual(5)
        // The order matters: a pod that was evicted and exited with 75 does not count as a failure.
        expect(job.podFailurePolicy!.rules).toEqual([
          failOn('contractor-sync', [exitCodes.refused, exitCodes.rejected]),
          ignoreDisruption,
          countOn('contractor-sync', [exitCodes.tryLater]),
        ])
        expect(job.template.spec!.containers[0]!.name).toBe('contractor-sync')
        expect(job.template.spec!.containers[0]!.args).toEqual(['run'])
      }
    },
  )

  test.each(overlays)(
    '%s: migrate is retried while the database is unavailable, and fails at once when the database rejects it',
    (overlay) => {
      const job = find(renderOverlay(overlay), 'Job', 'migrate').spec as V1JobSpec
      expect(job.podFailurePolicy!.rules).toEqual([
        failOn('migrate', [2]),
        ignoreDisruption,
        countOn('migrate', [75]),
      ])
      expect(job.template.spec!.restartPolicy).toBe('Never')
      expect(job.activeDeadlineSeconds).toBeGreaterThan(0)
      expect(job.ttlSecondsAfterFinished).toBeGreaterThanOrEqual(day)
    },
  )

  test.each(overlays)('%s: each source has a CronJob with its own name, label and schedule', (overlay) => {
    const cronJobs = ofKind(renderOverlay(overlay), 'CronJob')
    expect(cronJobs.length).toBeGreaterThanOrEqual(1)
    for (const { metadata, spec } of cronJobs) {
      const source = metadata.labels!['timesheets.exampleco.com/source']!
      expect(metadata.name).toBe(`contractor-sync-${source}`)
      const { env } = spec.jobTemplate.spec.template.spec.containers[0]
      const kind = env.find((variable: { name: string }) => variable.name === 'SYNC_SOURCE').value
      expect(trackerNames).toContain(kind)
      expect(findWorkload(renderOverlay(overlay), 'contractor-sync').labels).toMatchObject({
        'timesheets.exampleco.com/source': source,
      })
    }
    const schedules = cronJobs.map(({ spec }) => spec.schedule)
    expect(new Set(schedules).size).toBe(schedules.length)
  })
})

const notEvicted = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' }

const failOn = (containerName: string, values: readonly number[]) => ({
  action: 'FailJob',
  onExitCodes: { containerName, operator: 'In', values },
})

const countOn = (containerName: string, values: readonly number[]) => ({
  action: 'Count',
  onExitCodes: { containerName, operator: 'In', values },
})

const ignoreDisruption = {
  action: 'Ignore',
  onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
}
