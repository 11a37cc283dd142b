import { expect, test } from '@jest/globals'
import { readEnvironment } from './environment.ts'
import { describeManifests } from './kubectl.ts'
import {
  find,
  findWorkload,
  listWorkloads,
  type Manifest,
  ofKind,
  overlays,
  renderOverlay,
} from './manifests.ts'
import { flowsBetweenPods, flowsOutside, listPermissions, selectWorkloads } from './network-flows.ts'

const asksDns = ['contractor-sync', 'gateway', 'migrate', 'timesheets-service']
const dnsFlows = asksDns.flatMap((name) => [
  `${name} → namespace kube-system kube-dns:53`,
  `${name} → namespace kube-system kube-dns:53/UDP`,
])

describeManifests('network policies', () => {
  test.each(overlays)('%s: deny all traffic by default', (overlay) => {
    const { spec } = find(renderOverlay(overlay), 'NetworkPolicy', 'default-deny')
    expect(spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  })

  test.each(overlays)(
    '%s: allow between pods exactly the flows of the settings, on both sides',
    (overlay) => {
      const manifests = renderOverlay(overlay)
      const named = deriveFlows(manifests)
      expect(named).toContain('gateway → timesheets-service:3000')
      expect(named).toContain('contractor-sync → gateway:8080')
      expect(flowsBetweenPods(manifests, 'egress')).toEqual(named)
      expect(flowsBetweenPods(manifests, 'ingress')).toEqual(named)
    },
  )

  test('local: allow these flows only', () => {
    const manifests = renderOverlay('local')
    expect(flowsBetweenPods(manifests, 'egress')).toEqual([
      'contractor-sync → gateway:8080',
      'contractor-sync → issuer:8081',
      'contractor-sync → tracker:8082',
      'gateway → issuer:8081',
      'gateway → timesheets-service:3000',
      'migrate → postgres:5432',
      'timesheets-service → postgres:5432',
    ])
    expect(flowsOutside(manifests)).toEqual(dnsFlows)
  })

  test('production: allow these flows only; from outside only to the gateway', () => {
    const manifests = renderOverlay('production')
    expect(flowsBetweenPods(manifests, 'egress')).toEqual([
      'contractor-sync → gateway:8080',
      'gateway → timesheets-service:3000',
    ])
    expect(flowsOutside(manifests)).toEqual(
      [
        ...dnsFlows,
        'contractor-sync → 0.0.0.0/0:443',
        'contractor-sync → ::/0:443',
        'gateway → 0.0.0.0/0:443',
        'gateway → ::/0:443',
        'migrate → 192.0.2.10/32:5432',
        'namespace ingress.invalid → gateway:8080',
        'timesheets-service → 192.0.2.10/32:5432',
      ].sort(),
    )
    // 0.0.0.0/0 must exclude the cluster, its nodes and the cloud's metadata service.
    for (const { peer } of listPermissions(manifests, 'egress').filter(({ port }) => port.port === 443)) {
      const inside = peer.ipBlock!.cidr.includes(':')
        ? ['fc00::/7', 'fe80::/10']
        : ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']
      expect(peer.ipBlock!.except).toEqual(expect.arrayContaining(inside))
    }
  })

  test.each(overlays)(
    '%s: each policy selects pods and has a policy type for each direction of its rules',
    (overlay) => {
      const manifests = renderOverlay(overlay)
      for (const { metadata, spec } of ofKind(manifests, 'NetworkPolicy')) {
        expect([metadata.name, selectWorkloads(manifests, spec.podSelector).length > 0]).toEqual([
          metadata.name,
          true,
        ])
        if (metadata.name === 'default-deny') continue
        const directions = [spec.ingress && 'Ingress', spec.egress && 'Egress'].filter(Boolean)
        expect([metadata.name, spec.policyTypes]).toEqual([metadata.name, directions])
      }
    },
  )

  test.each(overlays)('%s: each Service targets a named port of existing pods', (overlay) => {
    const manifests = renderOverlay(overlay)
    for (const { metadata, spec } of ofKind(manifests, 'Service')) {
      expect(spec.type ?? 'ClusterIP').toBe('ClusterIP')
      const pods = selectWorkloads(manifests, { matchLabels: spec.selector })
      expect([metadata.name, pods.map(({ name }) => name)]).toEqual([metadata.name, [metadata.name]])
      for (const { port, targetPort } of spec.ports) {
        const target = pods[0]!.container.ports!.find(({ name }) => name === targetPort)
        // The same number on both sides: policies speak of the pod's, URLs of the Service's.
        expect([metadata.name, target?.containerPort]).toEqual([metadata.name, port])
      }
    }
  })

  test.each(overlays)('%s: each probe uses a port of its pod', (overlay) => {
    for (const { name, container } of listWorkloads(renderOverlay(overlay))) {
      const ports = (container.ports ?? []).map((port) => port.name)
      for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port
        if (port !== undefined) expect([name, ports]).toEqual([name, expect.arrayContaining([port])])
      }
    }
  })

  test('the only Ingress has TLS and leads to the gateway', () => {
    const manifests = renderOverlay('production')
    const [ingress, ...others] = ofKind(manifests, 'Ingress')
    expect(others).toEqual([])
    const { tls, rules } = ingress!.spec
    const publicUrl = readEnvironment(findWorkload(manifests, 'gateway'), manifests).get('PUBLIC_URL')
    expect(publicUrl).toEqual({ text: `https://${rules[0].host}` })
    expect(tls).toEqual([{ hosts: [rules[0].host], secretName: 'timesheets-tls' }])
    expect(rules).toHaveLength(1)
    const { name, port } = rules[0].http.paths[0].backend.service
    const service = find(manifests, 'Service', name)
    expect(name).toBe('gateway')
    expect(service.spec.ports.map((one: { name: string }) => one.name)).toContain(port.name)
    expect(ofKind(renderOverlay('local'), 'Ingress')).toEqual([])
  })
})

/** Derives the required flows from the URLs in the settings. */
function deriveFlows(manifests: readonly Manifest[]): string[] {
  const services = ofKind(manifests, 'Service').map(({ metadata }) => metadata.name)
  const flows = listWorkloads(manifests).flatMap((one) =>
    [...readEnvironment(one, manifests)].flatMap(([variable, value]) => {
      // The URL of a stand-in in its own settings is no flow.
      if (['issuer', 'tracker'].includes(one.name) && variable.endsWith('_URL')) return []
      const text = 'text' in value ? value.text : readSecretText(value, manifests)
      const { hostname, port } = URL.canParse(text) ? new URL(text) : { hostname: '', port: '' }
      return services.includes(hostname) ? [`${one.name} → ${hostname}:${port}`] : []
    }),
  )
  return [...new Set(flows)].sort()
}

function readSecretText(
  { secret, key }: { secret: string; key: string },
  manifests: readonly Manifest[],
): string {
  const data = ofKind(manifests, 'Secret').find(({ metadata }) => metadata.name === secret)?.data
  return data === undefined ? '' : Buffer.from(data[key], 'base64').toString('utf8')
}
