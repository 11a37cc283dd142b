import type { V1LabelSelector } from '@kubernetes/client-node'
import { type Manifest, ofKind, type Workload, workloadsOf } from './rendered.ts'

/** One end of what a policy allows, as it is written. */
interface Peer {
  readonly podSelector?: V1LabelSelector
  readonly namespaceSelector?: V1LabelSelector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

interface Port {
  readonly protocol: string
  readonly port: number
}

/** What one rule of a policy lets one workload do. */
interface Permission {
  readonly workload: string
  readonly peer: Peer
  readonly port: Port
}

/** Every permission of a direction, rule by rule; a rule that leaves peers or ports open would be one to all. */
export function permissions(manifests: readonly Manifest[], direction: 'ingress' | 'egress'): Permission[] {
  return ofKind(manifests, 'NetworkPolicy').flatMap(({ metadata, spec }) =>
    (spec[direction] ?? []).flatMap((rule: Record<string, unknown>) => {
      const peers = (direction === 'ingress' ? rule.from : rule.to) as readonly Peer[] | undefined
      const ports = rule.ports as readonly Port[] | undefined
      if (!peers?.length || !ports?.length)
        throw new Error(`${metadata.name}: has a rule that is open to all`)
      return selected(manifests, spec.podSelector).flatMap(({ name }) =>
        peers.flatMap((peer) => ports.map((port) => ({ workload: name, peer, port }))),
      )
    }),
  )
}

/** Every flow between two pods that one side's rules name: `gateway → timesheets-service:3000`. */
export function flowsBetweenPods(manifests: readonly Manifest[], direction: 'ingress' | 'egress'): string[] {
  const flows = permissions(manifests, direction).flatMap(({ workload, peer, port }) => {
    if (peer.podSelector === undefined || peer.namespaceSelector !== undefined) return []
    return selected(manifests, peer.podSelector).map(({ name }) =>
      direction === 'egress' ? `${workload} → ${name}:${port.port}` : `${name} → ${workload}:${port.port}`,
    )
  })
  return [...new Set(flows)].sort()
}

/** Every flow out of the namespace or into it: `gateway → 0.0.0.0/0:443`, `namespace ingress → gateway:8080`. */
export function flowsOutside(manifests: readonly Manifest[]): string[] {
  const flows = (['ingress', 'egress'] as const).flatMap((direction) =>
    permissions(manifests, direction).flatMap(({ workload, peer, port }) => {
      if (peer.podSelector !== undefined && peer.namespaceSelector === undefined) return []
      const place = nameOf(peer)
      const number = port.protocol === 'TCP' ? `${port.port}` : `${port.port}/${port.protocol}`
      return [
        direction === 'egress' ? `${workload} → ${place}:${number}` : `${place} → ${workload}:${number}`,
      ]
    }),
  )
  return [...new Set(flows)].sort()
}

/** The workloads whose pods a selector selects. */
export function selected(manifests: readonly Manifest[], selector: V1LabelSelector): Workload[] {
  const { matchLabels = {}, matchExpressions = [] } = selector
  return workloadsOf(manifests).filter(
    ({ labels }) =>
      Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
      matchExpressions.every(({ key, operator, values }) => {
        if (operator !== 'In') throw new Error(`${operator} is not understood here`)
        return values!.includes(labels[key]!)
      }),
  )
}

function nameOf({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock !== undefined) return ipBlock.cidr
  const pods = podSelector === undefined ? '' : ` ${Object.values(podSelector.matchLabels!)}`
  return `namespace ${Object.values(namespaceSelector!.matchLabels!)}${pods}`
}
