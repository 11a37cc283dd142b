import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, test } from '@jest/globals'

/** The first whose kustomize gives pods the labels of a kustomization, and knows components. Debian 12 has an older one. */
const oldestKustomize = 5

/** Runs kubectl in this folder and gives its standard output. */
export function kubectl(words: readonly string[], options: { input?: string } = {}): string {
  return execFileSync('kubectl', words, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  })
}

/** Why manifests cannot be rendered here; undefined where they can. */
function whyNot(): string | undefined {
  try {
    const { kustomizeVersion = 'v0' } = JSON.parse(kubectl(['version', '--client', '--output=json'])) as {
      kustomizeVersion?: string
    }
    const major = Number(/^v(\d+)/.exec(kustomizeVersion)?.[1])
    return major >= oldestKustomize
      ? undefined
      : `the kustomize of this kubectl is too old (${kustomizeVersion})`
  } catch {
    return 'there is no kubectl'
  }
}

/**
 * A group of tests of rendered manifests. Where kubectl is missing or too old they are skipped, with a line that says
 * so; REQUIRE_KUBECTL=true, as continuous integration sets it, makes that a failure.
 */
export function describeManifests(name: string, tests: () => void): void {
  const reason = whyNot()
  if (reason === undefined) {
    describe(name, tests)
  } else if (process.env.REQUIRE_KUBECTL === 'true') {
    test(name, () => {
      throw new Error(`Manifests cannot be rendered, and REQUIRE_KUBECTL=true demands it: ${reason}`)
    })
  } else {
    console.warn(`SKIPPED, since ${reason}: ${name}. Install kubectl 1.27 or later to run these tests.`)
    describe.skip(`${name} (skipped: ${reason})`, tests)
  }
}
