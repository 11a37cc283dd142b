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
    const options = { cwd: fileURLToPath(new URL('..', import.meta.url)), maxBuffer: 64 * 1024 * 1024 }
    return (await run(name, args, options)).stdout.trim()
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new Error(`${name} ${args.slice(0, 6).join(' ')}: ${stderr?.trim() || message}`)
  }
}

/** A namespace of the cluster in kubectl's current context. */
export class Namespace {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  kubectl(...args: string[]): Promise<string> {
    return runCommand('kubectl', ['--namespace', this.name, ...args])
  }

  async exists(): Promise<boolean> {
    const found = await runCommand('kubectl', [
      'get',
      'namespace',
      this.name,
      '--ignore-not-found',
      '--output=name',
    ])
    return found !== ''
  }

  /**
   * Waits until a Job completes.
   * @returns its logs
   * @throws {Error} with its logs, when it failed or did not complete in time
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
      if (failed) throw new Error(`Job ${name} failed (${failed.reason}):\n${await this.readLogs(name)}`)
      await sleep(1000)
    }
    throw new Error(`Job ${name} did not complete within ${timeoutSeconds} s:\n${await this.readLogs(name)}`)
  }

  async waitForRollout(workload: string, timeoutSeconds: number): Promise<void> {
    await this.kubectl('rollout', 'status', workload, `--timeout=${timeoutSeconds}s`)
  }

  /**
   * Forwards a local port to a Service while `use` runs. The connection leads to one pod and breaks when the pod stops.
   * @param use receives the local URL, without a trailing slash
   */
  async withPortForward<T>(service: string, port: number, use: (url: string) => Promise<T>): Promise<T> {
    const args = ['--namespace', this.name, 'port-forward', `service/${service}`, `:${port}`]
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

  private readLogs(job: string): Promise<string> {
    return this.kubectl('logs', `job/${job}`, '--tail=-1').catch((error: Error) => error.message)
  }
}
