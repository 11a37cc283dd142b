import assert from 'node:assert/strict'
import { Namespace, runCommand } from './cluster.ts'
import { fetchToken, upload, uploadUntilAccepted } from './stack-api.ts'

// `npm run test:k8s -- <context>` applies overlays/local to the cluster in that context of kubectl and checks it: an
// upload, a sync and its repetition, and the loss of each pod in turn. It uses one namespace, and deletes it at the end
// unless it existed before or KEEP=true. Build the images first:
//   docker compose --profile local build

const context = await requireContext(process.argv[2])
const namespace = new Namespace('timesheets-local', context)
const cronJob = 'cronjob/contractor-sync-harvest'
const images = ['gateway', 'timesheets-service', 'contractor-sync', 'migrate', 'local'].map(
  (name) => `timesheets/${name}:local`,
)
const pods = ['tracker', 'issuer', 'timesheets-service', 'gateway', 'postgres']
const workloads = [
  'statefulset/postgres',
  ...pods.filter((name) => name !== 'postgres').map((name) => `deployment/${name}`),
]
const startSeconds = 180
const example = { user_id: '007', date: '2017-05-10T17:40:20.095Z', project: 'StoreZero', hours: 5 }

const isNewNamespace = !(await namespace.exists())
try {
  await step(`loads the images into ${context}`, () => loadImages(context))
  await step('applies overlays/local', apply)
  await step('completes the migration', () => namespace.waitForJob('migrate', startSeconds))
  await step('all pods are ready', waitUntilReady)
  await step('accepts the example upload, and rejects it without a valid token', uploadExample)
  await step('a sync uploads every entry, and a second sync changes nothing', syncTwice)
  const entry = { ...example, source: 'cluster-test', external_id: 'kept' }
  await step('stores an entry', () => uploadUntilAccepted(namespace, entry))
  for (const name of pods) {
    await step(`recovers from the loss of a ${name} pod, with the entry unchanged`, async () => {
      await deletePod(name)
      assert.equal((await uploadUntilAccepted(namespace, entry)).status, 'unchanged')
    })
  }
  await step('the tracker cannot connect to the service', checkNetworkPolicy)
} catch (error) {
  console.error(`\n${(error as Error).message}\n\n${await namespace.describe()}`)
  process.exitCode = 1
} finally {
  if (isNewNamespace && process.env.KEEP !== 'true') {
    await namespace.kubectl('delete', 'namespace', namespace.name, '--ignore-not-found', '--wait=false')
  }
}

/**
 * Returns the context that the command line names. The current context may be another cluster than one remembers, so it
 * is not used. Without a name, or without a reachable cluster, this process exits with a message.
 */
async function requireContext(named: string | undefined): Promise<string> {
  try {
    const contexts = (await runCommand('kubectl', ['config', 'get-contexts', '--output=name'])).split('\n')
    if (named === undefined || !contexts.includes(named)) {
      const wrong = named === undefined ? '' : `kubectl has no context "${named}". `
      const known = contexts.filter((name) => name !== '').join(', ') || 'none'
      console.error(`${wrong}Name the cluster:\n  npm run test:k8s -- <context>\nContexts: ${known}`)
      process.exit(2)
    }
    await runCommand('kubectl', ['--context', named, 'get', '--raw', '/version', '--request-timeout=10s'])
    return named
  } catch (error) {
    const lastLine = (error as Error).message.split('\n').at(-1)
    console.error(
      `kubectl cannot reach a cluster (${lastLine}). Start one, for example with kind or minikube.`,
    )
    process.exit(1)
  }
}

async function step(name: string, act: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  await act()
  console.log(`ok  ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
}

/** kind and minikube have their own container engine, which does not have the images of this machine. */
async function loadImages(context: string): Promise<void> {
  if (context.startsWith('kind-')) {
    await runCommand('kind', ['load', 'docker-image', ...images, '--name', context.slice('kind-'.length)])
  } else if (context === 'minikube') {
    for (const image of images) await runCommand('minikube', ['image', 'load', image])
  }
}

/** A Job's pod template is immutable, so an earlier Job is deleted first. */
async function apply(): Promise<void> {
  await namespace.kubectl('delete', 'job', 'migrate', '--ignore-not-found')
  await namespace.kubectl('apply', '--kustomize', 'overlays/local')
}

async function waitUntilReady(): Promise<void> {
  for (const workload of workloads) await namespace.waitForRollout(workload, startSeconds)
}

async function uploadExample(): Promise<void> {
  const { response, body } = await upload(namespace, example, await fetchToken(namespace))
  assert.equal(response.status, 201)
  assert.equal(body.message, `Created timesheet ${body.id} for employee 007`)
  assert.equal((await upload(namespace, example, 'not-a-token')).response.status, 401)
}

async function syncTwice(): Promise<void> {
  const run = `try-${Date.now().toString(36)}`
  const first = await sync(`${run}-1`)
  assert.ok(first.created + first.unchanged + first.updated > 0, 'the tracker has hours')
  assert.equal(first.rejected, 0)
  const second = await sync(`${run}-2`)
  assert.deepEqual([second.created, second.updated, second.rejected], [0, 0, 0])
  assert.equal(second.unchanged, first.created + first.updated + first.unchanged)
}

/** Runs a Job from the CronJob and returns the summary of the sync. */
async function sync(job: string): Promise<Record<'created' | 'updated' | 'unchanged' | 'rejected', number>> {
  await namespace.kubectl('create', 'job', job, `--from=${cronJob}`)
  const log = await namespace.waitForJob(job, startSeconds)
  const summary = log.split('\n').find((line) => line.includes('sync finished'))
  if (summary === undefined) throw new Error(`The sync ${job} logged no summary:\n${log}`)
  return JSON.parse(summary)
}

async function deletePod(name: string): Promise<void> {
  const selector = `--selector=app.kubernetes.io/name=${name}`
  const [pod] = (await namespace.kubectl('get', 'pods', selector, '--output=name')).split('\n')
  await namespace.kubectl('delete', pod!, '--grace-period=1', '--wait')
  await waitUntilReady()
}

/** Connects by address, because the tracker has no DNS. Some network plugins do not enforce NetworkPolicies. */
async function checkNetworkPolicy(): Promise<void> {
  const address = await namespace.kubectl(
    'get',
    'service',
    'timesheets-service',
    '--output=jsonpath={.spec.clusterIP}',
  )
  const script = `fetch('http://${address}:3000', { signal: AbortSignal.timeout(5000) }).then(() => console.log('reached'), () => console.log('blocked'))`
  const outcome = await namespace.kubectl(
    'exec',
    'deployment/tracker',
    '--',
    '/nodejs/bin/node',
    '--eval',
    script,
  )
  if (outcome !== 'blocked') {
    if (process.env.REQUIRE_NETWORK_POLICY === 'true')
      throw new Error('The tracker can connect to the service')
    console.warn('    This cluster does not enforce NetworkPolicies, so they were not tested.')
  }
}
