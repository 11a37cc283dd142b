import * as client from '@kubernetes/client-node'
import type { Manifest } from './manifests.ts'

interface Attribute {
  /** The name in a manifest. */
  readonly baseName: string
  /** `string`, `V1Container`, `Array<V1Container>`, `{ [key: string]: string; }`, … */
  readonly type: string
}

interface Model {
  getAttributeTypeMap(): readonly Attribute[]
}

/** A field of an object. */
export interface Field {
  readonly path: readonly (string | number)[]
  /** False when the kind has no such field, most likely because it is misspelled. */
  readonly isKnown: boolean
}

/**
 * Validates an object and returns the errors. Two checks complement each other: the schema knows types, enums and
 * required fields, but accepts unknown fields; the attribute maps of the client know every field.
 */
export async function validateManifest(manifest: Manifest): Promise<string[]> {
  const unknown = [...listFields(manifest)]
    .filter(({ isKnown }) => !isKnown)
    .map(({ path }) => `${describe(manifest)}: unknown field ${path.join('.')}`)
  return [...unknown, ...(await validateSchema(manifest))]
}

/** Lists the fields of an object at any depth, except the keys of free maps (labels, data). */
export function* listFields(manifest: Manifest): Generator<Field> {
  const name = modelName(manifest)
  if (findModel(name) === undefined) throw new Error(`${describe(manifest)}: unknown kind`)
  yield* walk(manifest, name, [])
}

function* walk(value: unknown, type: string, path: Field['path']): Generator<Field> {
  const item = /^Array<(.+)>$/.exec(type)?.[1] ?? /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1]
  if (typeof value !== 'object' || value === null) return
  if (item !== undefined) {
    for (const [key, member] of Object.entries(value)) yield* walk(member, item, [...path, key])
    return
  }
  const attributes = findModel(type)?.getAttributeTypeMap()
  if (attributes === undefined) return
  for (const [key, member] of Object.entries(value)) {
    const attribute = attributes.find(({ baseName }) => baseName === key)
    yield { path: [...path, key], isKnown: attribute !== undefined }
    if (attribute !== undefined) yield* walk(member, attribute.type, [...path, key])
  }
}

const findModel = (name: string) => (client as unknown as Record<string, Model | undefined>)[name]

/** `apps/v1` and `Deployment` → `V1Deployment`. */
function modelName({ apiVersion, kind }: Manifest): string {
  const version = apiVersion.split('/').at(-1)!
  return `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`
}

async function validateSchema(manifest: Manifest): Promise<string[]> {
  const kinds = await import(`kubernetes-models/${manifest.apiVersion}`)
  try {
    new kinds[manifest.kind](unfoldSecret(manifest)).validate()
    return []
  } catch (error) {
    return [`${describe(manifest)}: ${(error as Error).message}`]
  }
}

/** Joins the lines of long Secret values: API servers accept line breaks in them, the schema does not. */
function unfoldSecret(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret' || manifest.data === undefined) return manifest
  const data = Object.entries<string>(manifest.data).map(([key, value]) => [key, value.replaceAll('\n', '')])
  return { ...manifest, data: Object.fromEntries(data) }
}

const describe = ({ kind, metadata }: Manifest) => `${kind} ${metadata?.name}`
