import assert from 'node:assert/strict'
import { command, Namespace } from './cluster.ts'
import { accepted, token, upload } from './local-api.ts'

// `npm run test:k8s`: applies overlays/local to the cluster that kubectl points at and proves that it works there: the
// scenario's request, a sync and its repeat, every pod killed in turn. It keeps to a namespace of its own, and removes
// that at the end unless it was there before, or KEEP=true. The images must have been built:
//   docker compose --profile local build

const namespace = new Namespace('timesheets-local')
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

const context = await reachedContext()
const isOurs = !(await namespace.exists())
try {
  await step(`images are given to the nodes of ${context}`, () => giveImages(context))
  await step('overlays/local is applied', apply)
  await step('migrate has run', () => namespace.jobDone('migrate', startSeconds))
  await step('everything is ready', ready)
  await step("the scenario's request is answered as the scenario says", scenario)
  await step('a sync brings every hour, a repeat changes nothing', syncTwice)
  const entry = { ...example, source: 'cluster-test', external_id: 'kept' }
  await step('an entry is stored', () => accepted(namespace, entry))
  for (const name of pods) {
    await step(`${name} is killed and heals, and the entry is still there`, async () => {
      await killOne(name)
      assert.equal((await accepted(namespace, entry)).status, 'unchanged')
    })
  }
  await step('what has no business with the service cannot reach it', strangerIsKeptOut)
} catch (error) {
  console.error(`\n${(error as Error).message}\n\n${await namespace.describe()}`)
  process.exitCode = 1
} finally {
  if (isOurs && process.env.KEEP !== 'true') {
    await command('kubectl', ['delete', 'namespace', namespace.name, '--ignore-not-found', '--wait=false'])
  }
}

/** The cluster that is tried; without one this process ends with a line that says so. */
async function reachedContext(): Promise<string> {
  try {
    await command('kubectl', ['get', '--raw', '/version', '--request-timeout=10s'])
    return await command('kubectl', ['config', 'current-context'])
  } catch (error) {
    const lastLine = (error as Error).message.split('\n').at(-1)
    console.error(`kubectl reaches no cluster (${lastLine}). Start one, with kind or minikube for instance.`)
    process.exit(1)
  }
}

async function step(name: string, act: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  await act()
  console.log(`ok  ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
}

/** kind and minikube run their own container engine, which does not see what was built outside of it. */
async function giveImages(context: string): Promise<void> {
  if (context.startsWith('kind-')) {
    await command('kind', ['load', 'docker-image', ...images, '--name', context.slice('kind-'.length)])
  } else if (context === 'minikube') {
    for (const image of images) await command('minikube', ['image', 'load', image])
  }
}

/** A Job cannot be changed once it is there, so that of an earlier version goes first. */
async function apply(): Promise<void> {
  await namespace.kubectl('delete', 'job', 'migrate', '--ignore-not-found')
  await command('kubectl', ['apply', '--kustomize', 'overlays/local'])
}

async function ready(): Promise<void> {
  for (const workload of workloads) await namespace.rolledOut(workload, startSeconds)
}

async function scenario(): Promise<void> {
  const { response, body } = await upload(namespace, example, await token(namespace))
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

/** A run as the CronJob makes it; its summary. */
async function sync(job: string): Promise<Record<'created' | 'updated' | 'unchanged' | 'rejected', number>> {
  await namespace.kubectl('create', 'job', job, `--from=${cronJob}`)
  const log = await namespace.jobDone(job, startSeconds)
  const summary = log.split('\n').find((line) => line.includes('sync finished'))
  if (summary === undefined) throw new Error(`The sync ${job} reports no end:\n${log}`)
  return JSON.parse(summary)
}

async function killOne(name: string): Promise<void> {
  const selector = `--selector=app.kubernetes.io/name=${name}`
  const [pod] = (await namespace.kubectl('get', 'pods', selector, '--output=name')).split('\n')
  await namespace.kubectl('delete', pod!, '--grace-period=1', '--wait')
  await ready()
}

/** By address, since the tracker may not look names up either. Not every network plugin keeps policies. */
async function strangerIsKeptOut(): Promise<void> {
  const address = await namespace.kubectl(
    'get',
    'service',
    'timesheets-service',
    '--output=jsonpath={.spec.clusterIP}',
  )
  const script = `fetch('http://${address}:3000', { signal: AbortSignal.timeout(5000) }).then(() => console.log('reached'), () => console.log('kept out'))`
  const told = await namespace.kubectl(
    'exec',
    'deployment/tracker',
    '--',
    '/nodejs/bin/node',
    '--eval',
    script,
  )
  if (told !== 'kept out') {
    if (process.env.REQUIRE_NETWORK_POLICY === 'true') throw new Error('The tracker reaches the service')
    console.warn(
      '    The network plugin of this cluster does not keep NetworkPolicies: nothing is proven of them.',
    )
  }
}
