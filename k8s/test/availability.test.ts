import { expect, test } from '@jest/globals'
import type { V1Container, V1DeploymentSpec } from '@kubernetes/client-node'
import { describeManifests } from './kubectl.ts'
import { find, findWorkload, ofKind, overlays, renderOverlay } from './manifests.ts'

const served = overlays.flatMap((overlay) =>
  ['gateway', 'timesheets-service'].map((name) => [overlay, name] as const),
)

describeManifests('servers stay available', () => {
  test.each(served)('%s: %s has at least two pods, spread over nodes and zones', (overlay, name) => {
    const manifests = renderOverlay(overlay)
    const spec = find(manifests, 'Deployment', name).spec as V1DeploymentSpec
    const scaler = ofKind(manifests, 'HorizontalPodAutoscaler').find(({ metadata }) => metadata.name === name)
    if (scaler === undefined) {
      expect(spec.replicas).toBeGreaterThanOrEqual(2)
    } else {
      // With an autoscaler, the manifest must not set replicas: each apply would reset the autoscaler's number.
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
      expect(findWorkload(manifests, name).labels).toMatchObject(labelSelector!.matchLabels!)
    }
  })

  test.each(served)(
    '%s: a rollout starts a new pod of %s before it stops an old one, and a drain stops one pod at a time',
    (overlay, name) => {
      const manifests = renderOverlay(overlay)
      const spec = find(manifests, 'Deployment', name).spec as V1DeploymentSpec
      expect(spec.strategy).toEqual({
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      })
      const budget = find(manifests, 'PodDisruptionBudget', name)
      expect(budget.spec).toMatchObject({ maxUnavailable: 1, selector: spec.selector })
      expect(findWorkload(manifests, name).labels).toMatchObject(spec.selector.matchLabels!)
    },
  )

  test.each(served)(
    '%s: %s has startup, readiness and liveness probes on its admin port',
    (overlay, name) => {
      const { container } = findWorkload(renderOverlay(overlay), name)
      const { startupProbe, readinessProbe, livenessProbe } = container
      expect(startupProbe!.httpGet).toEqual({ path: '/healthz', port: 'admin' })
      expect(readinessProbe!.httpGet).toEqual({ path: '/readyz', port: 'admin' })
      expect(livenessProbe!.httpGet).toEqual({ path: '/healthz', port: 'admin' })
      // Allow a slow start, remove an unready pod from the Service quickly, restart it late.
      expect(seconds(startupProbe!)).toBeGreaterThanOrEqual(30)
      expect(seconds(livenessProbe!)).toBeGreaterThan(seconds(readinessProbe!))
      expect(container.ports!.map((port) => port.name)).toEqual(['http', 'admin'])
    },
  )

  test.each(served)('%s: the grace period of %s covers its drain', (overlay, name) => {
    const { spec, container } = findWorkload(renderOverlay(overlay), name)
    const waitMs = readNumber(container, 'DRAIN_WAIT_MS')
    const deadlineMs = readNumber(container, 'DRAIN_DEADLINE_MS')
    const [slackMs, graceMs] = [5_000, spec.terminationGracePeriodSeconds! * 1000]
    expect(graceMs).toBeGreaterThanOrEqual(waitMs + deadlineMs + slackMs)
    // Every node and the ingress need time to remove the pod from their endpoints.
    expect(waitMs).toBeGreaterThanOrEqual(5_000)
  })

  test("the connection pools of all pods fit Postgres' default max_connections", () => {
    const manifests = renderOverlay('production')
    const settings = ofKind(manifests, 'ConfigMap').find(({ metadata }) =>
      /^timesheets-service-\w+$/.test(metadata.name),
    )!
    const { maxReplicas } = find(manifests, 'HorizontalPodAutoscaler', 'timesheets-service').spec
    // max_connections is 100 by default. Three are reserved for superusers; migrate and administrators need some.
    expect((maxReplicas + 1) * Number(settings.data.DATABASE_POOL_SIZE)).toBeLessThanOrEqual(90)
  })
})

function seconds({
  periodSeconds = 10,
  failureThreshold = 3,
}: NonNullable<V1Container['startupProbe']>): number {
  return periodSeconds * failureThreshold
}

function readNumber(container: V1Container, name: string): number {
  return Number(container.env!.find((variable) => variable.name === name)!.value)
}
