import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Load, LoadResult } from './gateway/load.ts'
import { type Peer, peerNames, readHaproxyVersion, startPeers, stopPeers } from './gateway/peers.ts'
import { readCpuMicroseconds, readPeakMegabytes } from './gateway/process-usage.ts'
import { TokenSigner } from './gateway/tokens.ts'
import { formatTable } from './table.ts'

interface Case {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly bodyBytes: number
  readonly connections: number
  readonly tokens: 'seen' | 'new'
}

interface Sample {
  readonly cpu: number
  readonly rate: number
  readonly p50: number
  readonly p99: number
}

const shapes = [
  ['small POST', 'POST', 200],
  ['GET', 'GET', 0],
  ['1 MB POST', 'POST', 1_000_000],
] as const

const cases: readonly Case[] = shapes.flatMap(([shape, method, bodyBytes]) =>
  [32, 1].flatMap((connections) =>
    (['seen', 'new'] as const).map((tokens) => ({
      name: `${shape}, ${connections} connection${connections === 1 ? '' : 's'}, token ${tokens === 'seen' ? 'seen before' : 'new each time'}`,
      method,
      bodyBytes,
      connections,
      tokens,
    })),
  ),
)

/** More than the gateway remembers, so that a token is new again when the list begins anew. */
const newTokens = 4000
const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
/** How many requests each peer handles first, so that its code is compiled, and how many a sample has. */
const warmUpCount = 6000
const sampleCount = Number(process.env.BENCH_COUNT ?? 3000)
/** Runs only the cases with names that start with this. */
const only = process.env.BENCH_CASE ?? ''

/**
 * Measures the gateway against its peers: CPU per request by the accounting of the operating system, in interleaved rounds,
 * of which the median counts.
 */
export async function benchGateway(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-gateway-'))
  const signer = new TokenSigner()
  const script = (name: string) => fileURLToPath(new URL(`gateway/${name}`, import.meta.url))
  const backend = spawn(process.execPath, [script('backend.ts')], {
    env: { PATH: process.env.PATH ?? '', JWKS: JSON.stringify(signer.jwks) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [backendUrl] = (await once(createInterface({ input: backend.stdout }), 'line')) as [string]
    const seenFile = path.join(folder, 'seen')
    const newFile = path.join(folder, 'new')
    writeFileSync(seenFile, signer.sign(`${backendUrl}/`, 'seen'))
    const tokens = Array.from({ length: newTokens }, (_, i) => signer.sign(`${backendUrl}/`, String(i)))
    writeFileSync(newFile, tokens.join('\n'))
    const peers = await startPeers({ backendUrl, signer, folder })
    const measure = async (peer: Peer, { tokens, ...rest }: Case, count: number): Promise<Sample> => {
      const load: Load = {
        ...rest,
        port: peer.port,
        count,
        path: rest.method === 'POST' ? '/timesheets/upload' : '/reports/hours',
        tokensFile: tokens === 'seen' ? seenFile : newFile,
      }
      const before = readCpuMicroseconds(peer.pid)
      const { stdout } = await promisify(execFile)(process.execPath, [
        script('load.ts'),
        JSON.stringify(load),
      ])
      const result = JSON.parse(stdout) as LoadResult
      if (result.failures > 0)
        throw new Error(`${peer.name}: ${result.failures} of ${result.requests} failed`)
      const cpu = (readCpuMicroseconds(peer.pid) - before) / result.requests
      return { cpu, rate: result.requests / result.seconds, p50: result.p50Ms, p99: result.p99Ms }
    }
    console.log(await describeMachine())
    for (const peer of peers) await measure(peer, cases[0]!, warmUpCount)
    for (const each of cases.filter(({ name }) => name.startsWith(only))) {
      const samples = new Map<Peer, Sample[]>(peers.map((peer) => [peer, []]))
      for (let round = 0; round < rounds; round++) {
        for (const peer of peers) samples.get(peer)!.push(await measure(peer, each, countFor(each)))
      }
      console.log(`\n${each.name}\n`)
      console.log(formatCase(peers, samples))
    }
    console.log('\nPeak memory, MB\n')
    console.log(
      formatTable(
        ['Peer', 'MB'],
        peers.map(({ name, pid }) => [name, readPeakMegabytes(pid).toFixed(0)]),
      ),
    )
  } finally {
    stopPeers()
    backend.kill()
  }
}

/** Large bodies take longer, and one connection leaves the processes idle. */
function countFor({ bodyBytes, connections }: Case): number {
  return sampleCount / (bodyBytes > 100_000 ? 20 : 1) / (connections === 1 ? 2 : 1)
}

function formatCase(peers: readonly Peer[], samples: ReadonlyMap<Peer, readonly Sample[]>): string {
  const medians = new Map(peers.map((peer) => [peer.name, takeMedian(samples.get(peer)!)]))
  const base = medians.get(peerNames.proxy)!.cpu
  return formatTable(
    ['Peer', 'CPU µs/request', '× proxy without auth', 'requests/s', 'p50 ms', 'p99 ms'],
    [...medians].map(([name, { cpu, rate, p50, p99 }]) => [
      name,
      cpu.toFixed(0),
      (cpu / base).toFixed(2),
      rate.toFixed(0),
      p50.toFixed(2),
      p99.toFixed(2),
    ]),
  )
}

/** The median of each figure by itself. */
function takeMedian(samples: readonly Sample[]): Sample {
  const median = (key: keyof Sample) =>
    samples.map((sample) => sample[key]).sort((a, b) => a - b)[Math.floor(samples.length / 2)]!
  return { cpu: median('cpu'), rate: median('rate'), p50: median('p50'), p99: median('p99') }
}

async function describeMachine(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'])
  const haproxy = readHaproxyVersion() ?? 'not installed'
  return `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, HAProxy ${haproxy}, commit ${stdout.trim()}; ${rounds} rounds of ${sampleCount} requests`
}
