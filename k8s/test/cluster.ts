import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Runs a command in the folder `k8s`.
 * @returns its standard output
 * @throws {Error} with its standard error
 */
export async function runCommand(name: string, args: readonly string[]): Promise<string> {
  try {
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const options = { cwd, env: process.env, maxBuffer: 64 * 1024 * 1024 }
    return (await run(name, args, options)).stdout.trim()
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new Error(`${name} ${args.slice(0, 6).join(' ')}: ${stderr?.trim() || message}`)
  }
}

/** A namespace of the cluster in one context of kubectl. */
export class Namespace {
  readonly name: string
  readonly context: string

  constructor(name: string, context: string) {
    this.name = name
    this.context = context
  }

  kubectl(...args: string[]): Promise<string> {
    return runCommand('kubectl', ['--context', this.context, '--namespace', this.name, ...args])
  }

  async exists(): Promise<boolean> {
    const found = await this.kubectl('get', 'namespace', this.name, '--ignore-not-found', '--output=name')
    return found !== ''
  }

  /**
   * Waits until a Job completes.
   * @returns the logs of its last pod
   * @throws {Error} with the state of its pods and the logs of the last one, when it failed or did not complete in time
   */
  async waitForJob(name: string, timeoutSeconds: number): Promise<string> {
    const deadlineMs = performance.now() + timeoutSeconds * 1000
    while (performance.now() < deadlineMs) {
      const { status = {} } = JSON.parse(await this.kubectl('get', 'job', name, '--output=json')) as {
        status?: { conditions?: readonly { type: string; status: string; reason?: string }[] }
      }
      const findCondition = (type: string) =>
        status.conditions?.find((condition) => condition.type === type && condition.status === 'True')
      if (findCondition('Complete')) return await this.readLogs(name)
      const failed = findCondition('Failed')
      if (failed) throw new Error(`Job ${name} failed (${failed.reason}):\n${await this.describeJob(name)}`)
      await sleep(1000)
    }
    throw new Error(
      `Job ${name} did not complete within ${timeoutSeconds} s:\n${await this.describeJob(name)}`,
    )
  }

  async waitForRollout(workload: string, timeoutSeconds: number): Promise<void> {
    await this.kubectl('rollout', 'status', workload, `--timeout=${timeoutSeconds}s`)
  }

  /**
   * Forwards a local port to a Service while `use` runs. The connection leads to one pod and breaks when the pod stops.
   * @param use receives the local URL, without a trailing slash
   */
  async withPortForward<T>(service: string, port: number, use: (url: string) => Promise<T>): Promise<T> {
    const args = [
      '--context',
      this.context,
      '--namespace',
      this.name,
      'port-forward',
      `service/${service}`,
      `:${port}`,
    ]
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    try {
      for await (const line of createInterface(child.stdout)) {
        const [, localPort] = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line) ?? []
        if (localPort !== undefined) return await use(`http://127.0.0.1:${localPort}`)
      }
      throw new Error(`kubectl port-forward to ${service} failed: ${stderr.trim()}`)
    } finally {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
    }
  }

  /** Collects pods, events and logs for a report of a failure. */
  async describe(): Promise<string> {
    const views = [
      ['get', 'pods,jobs', '--output=wide'],
      ['get', 'events', '--sort-by=.lastTimestamp'],
      ['logs', '--selector=app.kubernetes.io/part-of=timesheets', '--tail=20', '--prefix', '--ignore-errors'],
    ]
    return (await Promise.all(views.map((args) => this.kubectl(...args).catch(String)))).join('\n\n')
  }

  private async describeJob(job: string): Promise<string> {
    const pods = await this.kubectl('get', 'pods', `--selector=job-name=${job}`).catch(String)
    return `${pods}\n\n${await this.readLogs(job)}`
  }

  /** Reads the logs of the last pod. `kubectl logs job/…` reads those of the first one, which may have failed. */
  private async readLogs(job: string): Promise<string> {
    try {
      const pods = await this.kubectl(
        'get',
        'pods',
        `--selector=job-name=${job}`,
        '--sort-by=.metadata.creationTimestamp',
        '--output=name',
      )
      const last = pods.split('\n').at(-1)
      return last ? await this.kubectl('logs', last, '--tail=-1') : 'The Job has no pod'
    } catch (error) {
      return (error as Error).message
    }
  }
}
