import type { V1Container, V1ObjectMeta, V1PodSpec } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { kubectl } from './kubectl.ts'

export const overlays = ['local', 'production'] as const
export type Overlay = (typeof overlays)[number]

/** A rendered object. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: V1ObjectMeta & { readonly name: string }
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind, and the tests check it
  readonly [member: string]: any
}

/** An object that creates pods: a Deployment, StatefulSet, Job or CronJob. */
export interface Workload {
  /** `app.kubernetes.io/name` of its pods. */
  readonly name: string
  readonly manifest: Manifest
  readonly labels: Readonly<Record<string, string>>
  readonly spec: V1PodSpec
  /** The only container. */
  readonly container: V1Container
}

const cache = new Map<string, readonly Manifest[]>()

/** Renders all objects of a kustomization. */
export function render(folder: string): readonly Manifest[] {
  const known = cache.get(folder)
  if (known !== undefined) return known
  const manifests = parseManifests(kubectl(['kustomize', folder]))
  cache.set(folder, manifests)
  return manifests
}

export const renderOverlay = (overlay: Overlay) => render(`overlays/${overlay}`)

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS() as Manifest
  })
}

/** @throws {Error} when there is no object of that kind and name */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)
  if (found === undefined) throw new Error(`There is no ${kind} ${name}`)
  return found
}

export function ofKind(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind)
}

export function listWorkloads(manifests: readonly Manifest[]): readonly Workload[] {
  return manifests.flatMap((manifest) => {
    const template =
      manifest.kind === 'CronJob' ? manifest.spec.jobTemplate.spec.template : manifest.spec?.template
    if (template === undefined) return []
    const labels = template.metadata.labels as Record<string, string>
    const spec = template.spec as V1PodSpec
    const [container] = spec.containers
    return [{ name: labels['app.kubernetes.io/name']!, manifest, labels, spec, container: container! }]
  })
}

export function findWorkload(manifests: readonly Manifest[], name: string): Workload {
  const found = listWorkloads(manifests).find((one) => one.name === name)
  if (found === undefined) throw new Error(`There is no workload ${name}`)
  return found
}
