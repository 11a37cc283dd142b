import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { parser } from '@prometheus-io/lezer-promql'
import { requestMetricName } from '@timesheets/runtime/http/request-metrics'
import { syncMetricNames } from '@timesheets/timesheets-service/sync-metrics'
import { parse } from 'yaml'
import { describeManifests } from './kubectl.ts'
import { find, render } from './manifests.ts'

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}

interface Panel {
  readonly title: string
  readonly description: string
  readonly targets: readonly { readonly expr: string }[]
}

const readRepositoryFile = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const rulesText = readRepositoryFile('k8s/monitoring/timesheets.rules.yaml')
const alerts: readonly Alert[] = parse(rulesText).groups.flatMap(({ rules }: { rules: Alert[] }) => rules)
const dashboardText = readRepositoryFile('k8s/monitoring/timesheets-sync.dashboard.json')
const panels: readonly Panel[] = JSON.parse(dashboardText).panels
const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
]
const metricNames = [...syncMetricNames, `${requestMetricName}_bucket`]

/** Parses PromQL, and returns the names of its metrics. */
function parseMetrics(expression: string): string[] {
  const names: string[] = []
  parser.parse(expression).iterate({
    enter({ type, node, from, to }) {
      if (type.isError) throw new Error(`"${expression}" is not PromQL at ${from}`)
      if (type.name === 'VectorSelector' && node.firstChild?.name === 'Identifier') {
        names.push(expression.slice(node.firstChild.from, node.firstChild.to))
      }
      return to >= from
    },
  })
  return names
}

test('recognizes what is not PromQL', () => {
  expect(parseMetrics('max by (a) (b{c="d"}) > 1')).toEqual(['b'])
  expect(() => parseMetrics('max by (a (b)')).toThrow('is not PromQL')
})

test.each(expressions)('%s uses metrics that the code has', (_name, expression) => {
  const used = parseMetrics(expression)
  expect(used).not.toHaveLength(0)
  expect(used.filter((name) => !metricNames.includes(name))).toEqual([])
})

test.each(expressions.filter(([, expression]) => expression.includes('timesheets_sync_')))(
  '%s keeps the deployments apart that one Prometheus watches',
  (_name, expression) => {
    const aggregations = expression.match(/\b(max|min|sum|avg|count)\b[^(]*\([^)]*\)/g)
    expect(aggregations).not.toBeNull()
    for (const aggregation of aggregations!) expect(aggregation).toMatch(/ by \(namespace\b/)
  },
)

test('each metric of syncs is in an alert, and in the dashboard', () => {
  const inAlerts = alerts.flatMap(({ expr }) => parseMetrics(expr))
  const inPanels = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => parseMetrics(expr)))
  expect(syncMetricNames.filter((name) => !inAlerts.includes(name))).toEqual([])
  expect(syncMetricNames.filter((name) => !inPanels.includes(name))).toEqual([])
})

describe.each(alerts)('$alert', ({ alert, annotations, labels, for: wait }) => {
  test('has a runbook in the operations manual, which its annotation links', () => {
    const headings = readRepositoryFile('docs/operations.md')
      .split('\n')
      .filter((line) => line.startsWith('### '))
    expect(headings).toContain(`### ${alert}`)
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`)
  })

  test('has a summary, a severity and a time to wait', () => {
    expect(annotations.summary).not.toBe('')
    expect(['critical', 'warning']).toContain(labels.severity)
    expect(wait).toMatch(/^\d+m$/)
  })
})

test('the dashboard names only alerts that exist', () => {
  const named = [...dashboardText.matchAll(/Alert (\w+)/g)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
})

test('Prometheus in Compose loads the same rules, and scrapes both servers', () => {
  const { services } = parse(readRepositoryFile('compose/monitoring.yaml'))
  const mounted = services.prometheus.volumes.map((volume: string) => volume.split(':').slice(0, 2))
  expect(mounted).toContainEqual([
    './k8s/monitoring/timesheets.rules.yaml',
    '/etc/prometheus/timesheets.rules.yaml',
  ])
  const config = parse(readRepositoryFile('compose/prometheus.yml'))
  expect(config.rule_files).toEqual(['/etc/prometheus/timesheets.rules.yaml'])
  expect(config.scrape_configs[0].static_configs[0].targets).toEqual([
    'gateway:9090',
    'timesheets-service:9090',
  ])
  expect(Object.keys(parse(readRepositoryFile('docker-compose.yml')).services)).toEqual(
    expect.arrayContaining(['gateway', 'timesheets-service']),
  )
})

describeManifests('k8s/monitoring', () => {
  test('renders the rules and the dashboard as ConfigMaps', () => {
    const manifests = render('monitoring')
    expect(find(manifests, 'ConfigMap', 'timesheets-alert-rules').data).toEqual({
      'timesheets.rules.yaml': rulesText,
    })
    expect(find(manifests, 'ConfigMap', 'timesheets-dashboards').data).toEqual({
      'timesheets-sync.dashboard.json': dashboardText,
    })
  })
})
