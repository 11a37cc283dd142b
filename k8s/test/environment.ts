import type { V1SecretVolumeSource, V1Volume } from '@kubernetes/client-node'
import { find, type Manifest, type Workload } from './manifests.ts'

/** A key of a Secret. */
export interface SecretKey {
  readonly secret: string
  readonly key: string
}

/** A variable of a process: plain text, or a key of a Secret that is mounted as a file. */
export type Variable = { readonly text: string } | SecretKey

/**
 * Reads the variables of a workload's container, also from ConfigMaps, by the name of the setting (without `_FILE`).
 * @throws {Error} for a missing ConfigMap or Secret, a repeated variable, or a variable from another source
 */
export function readEnvironment(
  workload: Workload,
  manifests: readonly Manifest[],
): ReadonlyMap<string, Variable> {
  const { name, container } = workload
  const variables = new Map<string, Variable>()
  const set = (variable: string, value: Variable) => {
    if (variables.has(variable)) throw new Error(`${name}: ${variable} is set twice`)
    variables.set(variable, value)
  }
  for (const { configMapRef, ...other } of container.envFrom ?? []) {
    if (configMapRef?.name === undefined)
      throw new Error(`${name}: reads variables from ${Object.keys(other)}`)
    const { data } = find(manifests, 'ConfigMap', configMapRef.name)
    for (const [key, text] of Object.entries<string>(data)) set(key, { text })
  }
  for (const { name: variable, value, valueFrom } of container.env ?? []) {
    // `kubectl describe pod` shows environment variables, and child processes inherit them: secrets must be files.
    if (value === undefined || valueFrom !== undefined)
      throw new Error(`${name}: ${variable} is not plain text`)
    if (variable.endsWith('_FILE')) set(variable.slice(0, -'_FILE'.length), findSecretKey(value, workload))
    else set(variable, { text: value })
  }
  return variables
}

/** Lists the keys of Secrets that a workload mounts, by the path of the file. */
export function listSecretFiles({ spec, container }: Workload): ReadonlyMap<string, SecretKey> {
  const files = new Map<string, SecretKey>()
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = spec.volumes?.find((candidate) => candidate.name === name)
    for (const { secret, items } of volume === undefined ? [] : listSecretSources(volume)) {
      for (const { key, path } of items) files.set(`${mountPath}/${path}`, { secret, key })
    }
  }
  return files
}

function findSecretKey(path: string, workload: Workload): SecretKey {
  const found = listSecretFiles(workload).get(path)
  if (found === undefined) throw new Error(`${workload.name}: no Secret is mounted at ${path}`)
  return found
}

/** Requires explicit keys, so that a process gets only the keys that it needs. */
function listSecretSources({ name, secret, projected }: V1Volume) {
  const sources: { name?: string | undefined; items?: V1SecretVolumeSource['items'] }[] =
    secret === undefined
      ? (projected?.sources ?? []).map((source) => source.secret ?? {})
      : [{ name: secret.secretName, items: secret.items }]
  return sources.map((source) => {
    if (source.name === undefined || source.items === undefined)
      throw new Error(`${name}: the volume does not list a Secret and its keys`)
    return { secret: source.name, items: source.items }
  })
}
