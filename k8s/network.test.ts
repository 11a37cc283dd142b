import { expect, test } from '@jest/globals'
import { environmentOf } from './environment.ts'
import { flowsBetweenPods, flowsOutside, permissions, selected } from './flows.ts'
import { describeManifests } from './kubectl.ts'
import { find, type Manifest, ofKind, overlays, renderOverlay, workload, workloadsOf } from './rendered.ts'

const asksDns = ['contractor-sync', 'gateway', 'migrate', 'timesheets-service']
const dnsFlows = asksDns.flatMap((name) => [
  `${name} → namespace kube-system kube-dns:53`,
  `${name} → namespace kube-system kube-dns:53/UDP`,
])

describeManifests('pods reach what they need, and nothing else', () => {
  test.each(overlays)('%s: without a policy nothing goes in or out', (overlay) => {
    const { spec } = find(renderOverlay(overlay), 'NetworkPolicy', 'default-deny')
    expect(spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  })

  test.each(overlays)(
    '%s: the flows between pods are those of the settings, allowed at both ends',
    (overlay) => {
      const manifests = renderOverlay(overlay)
      const named = flowsOfSettings(manifests)
      expect(named).toContain('gateway → timesheets-service:3000')
      expect(named).toContain('contractor-sync → gateway:8080')
      expect(flowsBetweenPods(manifests, 'egress')).toEqual(named)
      expect(flowsBetweenPods(manifests, 'ingress')).toEqual(named)
    },
  )

  test('the flows of the laptop are these', () => {
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

  test('the flows of production are these: only the gateway is reached from outside, the database by two', () => {
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
    // "Anywhere" does not mean this cluster, its nodes or the cloud's metadata.
    for (const { peer } of permissions(manifests, 'egress').filter(({ port }) => port.port === 443)) {
      const inside = peer.ipBlock!.cidr.includes(':')
        ? ['fc00::/7', 'fe80::/10']
        : ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']
      expect(peer.ipBlock!.except).toEqual(expect.arrayContaining(inside))
    }
  })

  test.each(overlays)(
    '%s: every policy selects pods, and a policy type stands for each direction it rules',
    (overlay) => {
      const manifests = renderOverlay(overlay)
      for (const { metadata, spec } of ofKind(manifests, 'NetworkPolicy')) {
        expect([metadata.name, selected(manifests, spec.podSelector).length > 0]).toEqual([
          metadata.name,
          true,
        ])
        if (metadata.name === 'default-deny') continue
        const directions = [spec.ingress && 'Ingress', spec.egress && 'Egress'].filter(Boolean)
        expect([metadata.name, spec.policyTypes]).toEqual([metadata.name, directions])
      }
    },
  )

  test.each(overlays)('%s: every Service leads to a named port of existing pods', (overlay) => {
    const manifests = renderOverlay(overlay)
    for (const { metadata, spec } of ofKind(manifests, 'Service')) {
      expect(spec.type ?? 'ClusterIP').toBe('ClusterIP')
      const pods = selected(manifests, { matchLabels: spec.selector })
      expect([metadata.name, pods.map(({ name }) => name)]).toEqual([metadata.name, [metadata.name]])
      for (const { port, targetPort } of spec.ports) {
        const target = pods[0]!.container.ports!.find(({ name }) => name === targetPort)
        // The same number on both sides: policies speak of the pod's, URLs of the Service's.
        expect([metadata.name, target?.containerPort]).toEqual([metadata.name, port])
      }
    }
  })

  test.each(overlays)('%s: every probe asks a port that its pod has', (overlay) => {
    for (const { name, container } of workloadsOf(renderOverlay(overlay))) {
      const ports = (container.ports ?? []).map((port) => port.name)
      for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port
        if (port !== undefined) expect([name, ports]).toEqual([name, expect.arrayContaining([port])])
      }
    }
  })

  test('the way in from outside is TLS, to the gateway', () => {
    const manifests = renderOverlay('production')
    const [ingress, ...others] = ofKind(manifests, 'Ingress')
    expect(others).toEqual([])
    const { tls, rules } = ingress!.spec
    const publicUrl = environmentOf(workload(manifests, 'gateway'), manifests).get('PUBLIC_URL')
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

/** The flows that the URLs of the settings name: whom a process is told to call, it may, and nobody else. */
function flowsOfSettings(manifests: readonly Manifest[]): string[] {
  const services = ofKind(manifests, 'Service').map(({ metadata }) => metadata.name)
  const flows = workloadsOf(manifests).flatMap((one) =>
    [...environmentOf(one, manifests)].flatMap(([variable, value]) => {
      // What a stand-in calls itself is no call.
      if (['issuer', 'tracker'].includes(one.name) && variable.endsWith('_URL')) return []
      const text = 'text' in value ? value.text : secretTextOf(value, manifests)
      const { hostname, port } = URL.canParse(text) ? new URL(text) : { hostname: '', port: '' }
      return services.includes(hostname) ? [`${one.name} → ${hostname}:${port}`] : []
    }),
  )
  return [...new Set(flows)].sort()
}

function secretTextOf(
  { secret, key }: { secret: string; key: string },
  manifests: readonly Manifest[],
): string {
  const data = ofKind(manifests, 'Secret').find(({ metadata }) => metadata.name === secret)?.data
  return data === undefined ? '' : Buffer.from(data[key], 'base64').toString('utf8')
}
