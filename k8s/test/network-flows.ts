import type { V1LabelSelector } from '@kubernetes/client-node'
import { listWorkloads, type Manifest, ofKind, type Workload } from './manifests.ts'

/** A peer in a rule of a NetworkPolicy. */
interface Peer {
  readonly podSelector?: V1LabelSelector
  readonly namespaceSelector?: V1LabelSelector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

interface Port {
  readonly protocol: string
  readonly port: number
}

/** A connection that a rule allows to a workload. */
interface Permission {
  readonly workload: string
  readonly peer: Peer
  readonly port: Port
}

/**
 * Lists the permissions of one direction.
 * @throws {Error} for a rule without peers or ports, which allows everything
 */
export function listPermissions(
  manifests: readonly Manifest[],
  direction: 'ingress' | 'egress',
): Permission[] {
  return ofKind(manifests, 'NetworkPolicy').flatMap(({ metadata, spec }) =>
    (spec[direction] ?? []).flatMap((rule: Record<string, unknown>) => {
      const peers = (direction === 'ingress' ? rule.from : rule.to) as readonly Peer[] | undefined
      const ports = rule.ports as readonly Port[] | undefined
      if (!peers?.length || !ports?.length)
        throw new Error(`${metadata.name}: a rule without peers or ports allows everything`)
      return selectWorkloads(manifests, spec.podSelector).flatMap(({ name }) =>
        peers.flatMap((peer) => ports.map((port) => ({ workload: name, peer, port }))),
      )
    }),
  )
}

/** Lists the flows between pods that the rules of one side allow, such as `gateway → timesheets-service:3000`. */
export function flowsBetweenPods(manifests: readonly Manifest[], direction: 'ingress' | 'egress'): string[] {
  const flows = listPermissions(manifests, direction).flatMap(({ workload, peer, port }) => {
    if (peer.podSelector === undefined || peer.namespaceSelector !== undefined) return []
    return selectWorkloads(manifests, peer.podSelector).map(({ name }) =>
      direction === 'egress' ? `${workload} → ${name}:${port.port}` : `${name} → ${workload}:${port.port}`,
    )
  })
  return [...new Set(flows)].sort()
}

/** Lists the flows out of and into the namespace, such as `gateway → 0.0.0.0/0:443`. */
export function flowsOutside(manifests: readonly Manifest[]): string[] {
  const flows = (['ingress', 'egress'] as const).flatMap((direction) =>
    listPermissions(manifests, direction).flatMap(({ workload, peer, port }) => {
      if (peer.podSelector !== undefined && peer.namespaceSelector === undefined) return []
      const place = describePeer(peer)
      const number = port.protocol === 'TCP' ? `${port.port}` : `${port.port}/${port.protocol}`
      return [
        direction === 'egress' ? `${workload} → ${place}:${number}` : `${place} → ${workload}:${number}`,
      ]
    }),
  )
  return [...new Set(flows)].sort()
}

/** Lists the workloads that a label selector matches. */
export function selectWorkloads(manifests: readonly Manifest[], selector: V1LabelSelector): Workload[] {
  const { matchLabels = {}, matchExpressions = [] } = selector
  return listWorkloads(manifests).filter(
    ({ labels }) =>
      Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
      matchExpressions.every(({ key, operator, values }) => {
        if (operator !== 'In') throw new Error(`The operator ${operator} is not supported`)
        return values!.includes(labels[key]!)
      }),
  )
}

function describePeer({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock !== undefined) return ipBlock.cidr
  const pods = podSelector === undefined ? '' : ` ${Object.values(podSelector.matchLabels!)}`
  return `namespace ${Object.values(namespaceSelector!.matchLabels!)}${pods}`
}
