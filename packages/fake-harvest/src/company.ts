import type { RequestHandler } from 'express'
import { sendBody } from './response.ts'

/**
 * `GET /v2/company`: the account of the token.
 * https://help.getharvest.com/api-v2/company-api/company/company/
 * @param publicUrl returns the URL of the account
 */
export function createCompanyRoute(publicUrl: () => string): RequestHandler {
  return (_request, response) => {
    sendBody(response, {
      base_uri: publicUrl(),
      full_domain: new URL(publicUrl()).host,
      name: 'Example Co (local)',
      is_active: true,
      week_start_day: 'Monday',
      wants_timestamp_timers: false,
      time_format: 'decimal',
      date_format: '%Y-%m-%d',
      plan_type: 'simple-v4',
      clock: '24h',
      currency_code_display: 'iso_code_none',
      currency_symbol_display: 'symbol_before',
      decimal_symbol: '.',
      thousands_separator: ',',
      color_scheme: 'orange',
      weekly_capacity: 126_000,
      expense_feature: false,
      invoice_feature: true,
      estimate_feature: false,
      approval_feature: true,
    })
  }
}
