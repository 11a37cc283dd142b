import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { describeWithTool } from './optional-tool.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs the tool of Prometheus that checks its files. */
function promtool(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: root, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

const tool = {
  skipReason: promtool('--version').status === 0 ? undefined : 'there is no promtool',
  variable: 'REQUIRE_PROMTOOL',
  install: 'Debian: apt-get install prometheus',
}

describeWithTool('alert rules', tool, () => {
  test('fire when they should, and only then (k8s/test/alert-rules.yaml)', () => {
    expect(promtool('test', 'rules', path.join(folder, 'alert-rules.yaml'))).toEqual({
      status: 0,
      output: expect.stringContaining('SUCCESS'),
    })
  })

  test('a wrong expectation fails', () => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'alert-rules-'))
    try {
      const file = path.join(scratch, 'wrong.yaml')
      writeFileSync(
        file,
        JSON.stringify({
          rule_files: [path.join(root, 'k8s/monitoring/timesheets.rules.yaml')],
          tests: [
            {
              interval: '1m',
              input_series: [{ series: 'timesheets_sync_differing_days{source="harvest"}', values: '2x60' }],
              alert_rule_test: [{ eval_time: '30m', alertname: 'TimesheetsSyncDiffers', exp_alerts: [] }],
            },
          ],
        }),
      )
      expect(promtool('test', 'rules', file)).toMatchObject({
        status: 1,
        output: expect.stringContaining('TimesheetsSyncDiffers'),
      })
    } finally {
      rmSync(scratch, { recursive: true })
    }
  })

  test('the configuration of Prometheus in Compose is valid', () => {
    expect(promtool('check', 'config', '--syntax-only', 'compose/prometheus.yml').status).toBe(0)
  })
})
