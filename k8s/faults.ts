import * as client from '@kubernetes/client-node'
import type { Manifest } from './rendered.ts'

interface Attribute {
  /** As it is written in a manifest. */
  readonly baseName: string
  /** `string`, `V1Container`, `Array<V1Container>`, `{ [key: string]: string; }`, … */
  readonly type: string
}

interface Model {
  getAttributeTypeMap(): readonly Attribute[]
}

/** One member of an object whose kind says what members it has. */
export interface Field {
  readonly path: readonly (string | number)[]
  /** False: the kind has no such field; misspelt, most likely. */
  readonly isKnown: boolean
}

/**
 * What is wrong with an object, in words; nothing where it is right. Two checks that miss different things: the schema
 * knows types, enums and what is required, but lets an unknown field be; the client's attribute maps know every field.
 */
export async function faultsOf(manifest: Manifest): Promise<string[]> {
  const unknown = [...fieldsOf(manifest)]
    .filter(({ isKnown }) => !isKnown)
    .map(({ path }) => `${describe(manifest)}: there is no field ${path.join('.')}`)
  return [...unknown, ...(await schemaFaults(manifest))]
}

/** Every field of an object, at any depth, but for the keys of free maps (labels, data). */
export function* fieldsOf(manifest: Manifest): Generator<Field> {
  const name = modelName(manifest)
  if (modelOf(name) === undefined) throw new Error(`${describe(manifest)}: there is no such kind`)
  yield* walk(manifest, name, [])
}

function* walk(value: unknown, type: string, path: Field['path']): Generator<Field> {
  const item = /^Array<(.+)>$/.exec(type)?.[1] ?? /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1]
  if (typeof value !== 'object' || value === null) return
  if (item !== undefined) {
    for (const [key, member] of Object.entries(value)) yield* walk(member, item, [...path, key])
    return
  }
  const attributes = modelOf(type)?.getAttributeTypeMap()
  if (attributes === undefined) return
  for (const [key, member] of Object.entries(value)) {
    const attribute = attributes.find(({ baseName }) => baseName === key)
    yield { path: [...path, key], isKnown: attribute !== undefined }
    if (attribute !== undefined) yield* walk(member, attribute.type, [...path, key])
  }
}

const modelOf = (name: string) => (client as unknown as Record<string, Model | undefined>)[name]

/** `apps/v1` and `Deployment` → `V1Deployment`. */
function modelName({ apiVersion, kind }: Manifest): string {
  const version = apiVersion.split('/').at(-1)!
  return `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`
}

async function schemaFaults(manifest: Manifest): Promise<string[]> {
  const kinds = await import(`kubernetes-models/${manifest.apiVersion}`)
  try {
    new kinds[manifest.kind](unfolded(manifest)).validate()
    return []
  } catch (error) {
    return [`${describe(manifest)}: ${(error as Error).message}`]
  }
}

/** A long value of a Secret is rendered on several lines, which servers take and the schema does not. */
function unfolded(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret' || manifest.data === undefined) return manifest
  const data = Object.entries<string>(manifest.data).map(([key, value]) => [key, value.replaceAll('\n', '')])
  return { ...manifest, data: Object.fromEntries(data) }
}

const describe = ({ kind, metadata }: Manifest) => `${kind} ${metadata?.name}`
