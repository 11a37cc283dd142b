import { expect, test } from '@jest/globals'
import type { V1Container, V1DeploymentSpec } from '@kubernetes/client-node'
import { describeManifests } from './kubectl.ts'
import { find, ofKind, overlays, renderOverlay, workload } from './rendered.ts'

const served = overlays.flatMap((overlay) =>
  ['gateway', 'timesheets-service'].map((name) => [overlay, name] as const),
)

describeManifests('what serves goes on serving', () => {
  test.each(served)(
    '%s: two of %s at least, on two nodes and in two zones where there are',
    (overlay, name) => {
      const manifests = renderOverlay(overlay)
      const spec = find(manifests, 'Deployment', name).spec as V1DeploymentSpec
      const scaler = ofKind(manifests, 'HorizontalPodAutoscaler').find(
        ({ metadata }) => metadata.name === name,
      )
      if (scaler === undefined) {
        expect(spec.replicas).toBeGreaterThanOrEqual(2)
      } else {
        // Both would contradict each other: an apply would put the autoscaler's number back.
        expect(spec.replicas).toBeUndefined()
        expect(scaler.spec.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name })
        expect(scaler.spec.minReplicas).toBeGreaterThanOrEqual(2)
        expect(scaler.spec.maxReplicas).toBeGreaterThan(scaler.spec.minReplicas)
      }
      const spread = spec.template.spec!.topologySpreadConstraints!
      expect(spread.map(({ topologyKey }) => topologyKey)).toEqual([
        'kubernetes.io/hostname',
        'topology.kubernetes.io/zone',
      ])
      for (const { labelSelector, maxSkew } of spread) {
        expect(maxSkew).toBe(1)
        expect(workload(manifests, name).labels).toMatchObject(labelSelector!.matchLabels!)
      }
    },
  )

  test.each(served)(
    '%s: a rollout or a drained node takes no %s away before another is there',
    (overlay, name) => {
      const manifests = renderOverlay(overlay)
      const spec = find(manifests, 'Deployment', name).spec as V1DeploymentSpec
      expect(spec.strategy).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      })
      const budget = find(manifests, 'PodDisruptionBudget', name)
      expect(budget.spec).toMatchObject({ maxUnavailable: 1, selector: spec.selector })
      expect(workload(manifests, name).labels).toMatchObject(spec.selector.matchLabels!)
    },
  )

  test.each(served)('%s: the three probes of %s ask three questions on its second port', (overlay, name) => {
    const { container } = workload(renderOverlay(overlay), name)
    const { startupProbe, readinessProbe, livenessProbe } = container
    expect(startupProbe!.httpGet).toEqual({ path: '/healthz', port: 'admin' })
    expect(readinessProbe!.httpGet).toEqual({ path: '/readyz', port: 'admin' })
    expect(livenessProbe!.httpGet).toEqual({ path: '/healthz', port: 'admin' })
    // Patient at the start, quick to take a pod out, slow to kill it.
    expect(seconds(startupProbe!)).toBeGreaterThanOrEqual(30)
    expect(seconds(livenessProbe!)).toBeGreaterThan(seconds(readinessProbe!))
    expect(container.ports!.map((port) => port.name)).toEqual(['http', 'admin'])
  })

  test.each(served)('%s: %s may take as long to end as its drain does', (overlay, name) => {
    const { spec, container } = workload(renderOverlay(overlay), name)
    const waitMs = numberOf(container, 'DRAIN_WAIT_MS')
    const deadlineMs = numberOf(container, 'DRAIN_DEADLINE_MS')
    const [slackMs, graceMs] = [5_000, spec.terminationGracePeriodSeconds! * 1000]
    expect(graceMs).toBeGreaterThanOrEqual(waitMs + deadlineMs + slackMs)
    // Long enough for a pod that is no longer ready to be taken out everywhere.
    expect(waitMs).toBeGreaterThanOrEqual(5_000)
  })

  test('as many pods as may be fit the connections of a Postgres as it comes', () => {
    const manifests = renderOverlay('production')
    const settings = ofKind(manifests, 'ConfigMap').find(({ metadata }) =>
      /^timesheets-service-\w+$/.test(metadata.name),
    )!
    const { maxReplicas } = find(manifests, 'HorizontalPodAutoscaler', 'timesheets-service').spec
    // max_connections is 100 by default, of which three are kept for superusers; migrate and a person need some.
    expect((maxReplicas + 1) * Number(settings.data.DATABASE_POOL_SIZE)).toBeLessThanOrEqual(90)
  })
})

function seconds({
  periodSeconds = 10,
  failureThreshold = 3,
}: NonNullable<V1Container['startupProbe']>): number {
  return periodSeconds * failureThreshold
}

function numberOf(container: V1Container, name: string): number {
  return Number(container.env!.find((variable) => variable.name === name)!.value)
}
