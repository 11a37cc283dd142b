import { errors } from 'oidc-provider'

/** An answer of the token endpoint in Auth0's words; oidc-provider passes it on as it is. */
export class Refusal extends errors.OIDCProviderError {
  readonly error_description: string

  constructor(status: number, error: string, description: string) {
    super(status, error)
    this.error_description = description
  }
}
