import { expect, test } from '@jest/globals'
import { describeManifests } from './kubectl.ts'
import { find, listWorkloads, ofKind, overlays, renderOverlay } from './manifests.ts'

/** The user of an image that is not built here. */
const users: Readonly<Record<string, number>> = { postgres: 999 }
const ourUser = 65532
/** Objects that belong to no namespace. */
const clusterKinds = ['Namespace', 'PriorityClass']

describeManifests('pods are hardened', () => {
  test.each(overlays)('%s: the namespace enforces the Pod Security Standard "restricted"', (overlay) => {
    const manifests = renderOverlay(overlay)
    const [namespace, ...others] = ofKind(manifests, 'Namespace')
    expect(others).toEqual([])
    expect(namespace!.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
    const places = manifests.flatMap(({ kind, metadata }) =>
      clusterKinds.includes(kind) ? [] : [metadata.namespace],
    )
    expect(new Set(places)).toEqual(new Set([namespace!.metadata.name]))
  })

  test('the overlays use different namespaces', () => {
    const names = overlays.map((overlay) => ofKind(renderOverlay(overlay), 'Namespace')[0]!.metadata.name)
    expect(names).toEqual(['timesheets-local', 'timesheets'])
  })

  test.each(overlays)(
    '%s: no pod runs as root, writes outside its volumes or has a capability',
    (overlay) => {
      for (const { name, spec, container } of listWorkloads(renderOverlay(overlay))) {
        const user = users[name] ?? ourUser
        expect([name, spec.containers.length, spec.initContainers]).toEqual([name, 1, undefined])
        expect([name, spec.securityContext]).toEqual([
          name,
          expect.objectContaining({
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            seccompProfile: { type: 'RuntimeDefault' },
          }),
        ])
        // toEqual on the whole object: a container must not weaken the settings of its pod.
        expect([name, container.securityContext]).toEqual([
          name,
          {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        ])
        expect([name, spec.hostNetwork, spec.hostPID, spec.hostIPC, spec.hostUsers]).toEqual([
          name,
          ...Array(4).fill(undefined),
        ])
        expect([name, container.ports?.filter(({ hostPort }) => hostPort !== undefined) ?? []]).toEqual([
          name,
          [],
        ])
      }
    },
  )

  test.each(overlays)(
    '%s: only pods with data have writable volumes, and secrets are read-only files',
    (overlay) => {
      for (const { name, spec, container } of listWorkloads(renderOverlay(overlay))) {
        const writable = (container.volumeMounts ?? []).filter(({ readOnly }) => readOnly !== true)
        const expected: Record<string, string[]> = {
          postgres: ['/var/lib/postgresql', '/var/run/postgresql', '/tmp'],
          issuer: ['/data'],
          tracker: ['/data'],
        }
        expect([name, writable.map(({ mountPath }) => mountPath)]).toEqual([name, expected[name] ?? []])
        for (const { name: volume, ...source } of spec.volumes ?? []) {
          expect(['emptyDir', 'secret', 'projected']).toContain(Object.keys(source)[0])
          const mode = source.secret?.defaultMode ?? source.projected?.defaultMode
          if (source.emptyDir === undefined) expect([name, volume, mode]).toEqual([name, volume, 0o440])
        }
      }
    },
  )

  test.each(overlays)('%s: each workload has its own ServiceAccount without a token', (overlay) => {
    const manifests = renderOverlay(overlay)
    const accounts = listWorkloads(manifests).map(({ spec }) => {
      expect(spec.automountServiceAccountToken).toBe(false)
      expect(find(manifests, 'ServiceAccount', spec.serviceAccountName!).automountServiceAccountToken).toBe(
        false,
      )
      return spec.serviceAccountName
    })
    expect(new Set(accounts).size).toBe(accounts.length)
    const existing = ofKind(manifests, 'ServiceAccount').map(({ metadata }) => metadata.name)
    expect(existing.toSorted()).toEqual(accounts.toSorted())
    expect(manifests.filter(({ kind }) => /Role/.test(kind))).toEqual([])
  })

  test.each(overlays)(
    '%s: each container has requests and limits for CPU, memory and temporary files',
    (overlay) => {
      for (const { name, container } of listWorkloads(renderOverlay(overlay))) {
        const { requests, limits } = container.resources!
        expect([name, Object.keys(requests!), Object.keys(limits!)]).toEqual([
          name,
          ['cpu', 'ephemeral-storage', 'memory'],
          ['cpu', 'ephemeral-storage', 'memory'],
        ])
        for (const resource of ['memory', 'ephemeral-storage']) {
          expect(bytes(limits![resource]!)).toBeGreaterThanOrEqual(bytes(requests![resource]!))
        }
        expect(cores(limits!.cpu!)).toBeGreaterThanOrEqual(cores(requests!.cpu!))
      }
    },
  )

  test.each(overlays)('%s: servers and the migration have a higher priority than syncs', (overlay) => {
    const manifests = renderOverlay(overlay)
    const readPriority = (name: string): number => {
      const { spec } = listWorkloads(manifests).find((workload) => workload.name === name)!
      return find(manifests, 'PriorityClass', spec.priorityClassName!).value
    }
    for (const name of ['gateway', 'timesheets-service', 'migrate']) {
      expect([name, readPriority(name)]).toEqual([name, 100_000])
    }
    expect(readPriority('contractor-sync')).toBeLessThan(100_000)
  })

  test.each(overlays)('%s: service links are disabled', (overlay) => {
    // With service links, the Service "gateway" would set GATEWAY_PORT=tcp://10.0.0.1:8080 in every pod.
    for (const { name, spec } of listWorkloads(renderOverlay(overlay))) {
      expect([name, spec.enableServiceLinks]).toEqual([name, false])
    }
  })
})

function bytes(quantity: string): number {
  const [, digits, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity)!
  return Number(digits) * (unit === 'Gi' ? 1024 : 1)
}

function cores(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity)
}
