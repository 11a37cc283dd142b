import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import { RunningStack } from './running-stack.ts'

/** The number of starts after a kill. Set `FAULT_ROUNDS` for a long run. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 4)
const seed = Number(process.env.FAULT_SEED ?? 20261126)
/** The kills happen within this time: while Postgres is created, started and migrated. */
const killWithinMs = 1500
const small = { HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' }

test(
  `after SIGKILL of npm start during its start, the next start succeeds (${rounds} rounds, seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    for (let round = 0; round < rounds; round++) {
      // A new folder, because the first start in a folder does the most. Every second round kills two starts in a row.
      await using stack = new RunningStack()
      const kills: number[] = []
      for (let kill = 0; kill <= round % 2; kill++) {
        kills.push(Math.round(random() * killWithinMs))
        const starting = stack.spawn([], small)
        await sleep(kills.at(-1))
        starting.kill('SIGKILL')
        await once(starting, 'close')
      }
      const { code, output } = await stack.run(['--once'], small)
      expect({ round, kills, code, output: code === 0 ? '' : output }).toEqual({
        round,
        kills,
        code: 0,
        output: '',
      })
      expect((await stack.run(['--once'], small)).code).toBe(0)
    }
  },
  60_000 + rounds * 60_000,
)
