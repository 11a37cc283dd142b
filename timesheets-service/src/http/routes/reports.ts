import { everybody } from '@timesheets/contracts/fields'
import { type GroupKey, reportQuerySchema } from '@timesheets/contracts/list-query'
import type { Router } from 'express'
import { createResourceRouter } from '../operation-contract.ts'
import { parseQuery } from '../query.ts'
import { reportBytes, reserveResponse } from '../response-budget.ts'
import type { ServiceParts } from '../service-parts.ts'

/** `/reports/hours`: sums hours by person, project, time and source, as JSON or CSV. */
export function reportsRouter({ reporter, responses }: ServiceParts): Router {
  return createResourceRouter({
    reportHours: [
      reserveResponse(responses, reportBytes),
      async (request, response) => {
        const query = parseQuery(request, reportQuerySchema)
        const { from, to, project, source, user_id: userId } = query
        const userIds = userId === undefined || userId === everybody ? undefined : [userId]
        const format = request.accepts(['application/json', 'text/csv']) === 'text/csv' ? 'csv' : 'json'
        response.vary('accept')
        const text = await reporter.reportHours({
          filter: { from, to, project, source, userIds },
          keys: (query.group_by?.split(',') ?? []) as GroupKey[],
          format,
        })
        if (format === 'json') response.setHeader('content-type', 'application/json')
        else {
          response.setHeader('content-type', 'text/csv; charset=utf-8; header=present')
          response.setHeader('content-disposition', 'attachment; filename="hours.csv"')
        }
        response.send(Buffer.from(text))
      },
    ],
  })
}
