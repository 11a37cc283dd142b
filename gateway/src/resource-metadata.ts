import { routes } from '@timesheets/contracts/route'

/** Where a client learns which issuer and scopes this API takes: the metadata of RFC 9728, section 2. */
export function resourceMetadata(config: { publicUrl: string; issuers: readonly string[] }) {
  return {
    resource: config.publicUrl,
    authorization_servers: config.issuers,
    scopes_supported: [...new Set(routes.flatMap((route) => route.scopes))],
    bearer_methods_supported: ['header'],
    resource_name: 'Timesheets API',
  }
}
