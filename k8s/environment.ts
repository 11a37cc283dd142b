import type { V1SecretVolumeSource, V1Volume } from '@kubernetes/client-node'
import { find, type Manifest, type Workload } from './rendered.ts'

/** A key of a Secret. */
export interface SecretKey {
  readonly secret: string
  readonly key: string
}

/** One variable as a process gets it: its text, or the key of a Secret whose file it names. */
export type Variable = { readonly text: string } | SecretKey

/**
 * The variables of a workload's container, by the name of their setting (`_FILE` taken off), ConfigMaps included.
 * @throws an Error where something is named that is not there, is given twice, or comes in another way
 */
export function environmentOf(
  workload: Workload,
  manifests: readonly Manifest[],
): ReadonlyMap<string, Variable> {
  const { name, container } = workload
  const variables = new Map<string, Variable>()
  const set = (variable: string, value: Variable) => {
    if (variables.has(variable)) throw new Error(`${name}: ${variable} is given twice`)
    variables.set(variable, value)
  }
  for (const { configMapRef, ...other } of container.envFrom ?? []) {
    if (configMapRef?.name === undefined)
      throw new Error(`${name}: gets variables from ${Object.keys(other)}`)
    const { data } = find(manifests, 'ConfigMap', configMapRef.name)
    for (const [key, text] of Object.entries<string>(data)) set(key, { text })
  }
  for (const { name: variable, value, valueFrom } of container.env ?? []) {
    // A secret in the environment is read by whoever can describe the pod, and inherited by every child.
    if (value === undefined || valueFrom !== undefined)
      throw new Error(`${name}: ${variable} is no plain text`)
    if (variable.endsWith('_FILE')) set(variable.slice(0, -'_FILE'.length), secretAt(value, workload))
    else set(variable, { text: value })
  }
  return variables
}

/** Every key of a Secret that a workload mounts, by the path where its process finds it. */
export function secretFilesOf({ spec, container }: Workload): ReadonlyMap<string, SecretKey> {
  const files = new Map<string, SecretKey>()
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = spec.volumes?.find((candidate) => candidate.name === name)
    for (const { secret, items } of volume === undefined ? [] : secretsOf(volume)) {
      for (const { key, path } of items) files.set(`${mountPath}/${path}`, { secret, key })
    }
  }
  return files
}

function secretAt(path: string, workload: Workload): SecretKey {
  const found = secretFilesOf(workload).get(path)
  if (found === undefined) throw new Error(`${workload.name}: nothing is mounted at ${path}`)
  return found
}

/** Each key is named, so that a process gets no more of a Secret than it needs. */
function secretsOf({ name, secret, projected }: V1Volume) {
  const sources: { name?: string | undefined; items?: V1SecretVolumeSource['items'] }[] =
    secret === undefined
      ? (projected?.sources ?? []).map((source) => source.secret ?? {})
      : [{ name: secret.secretName, items: secret.items }]
  return sources.map((source) => {
    if (source.name === undefined || source.items === undefined)
      throw new Error(`${name}: names no Secret or no keys`)
    return { secret: source.name, items: source.items }
  })
}
