import { errors } from 'oidc-provider'

/** An error response of the token endpoint with Auth0's error code and text. oidc-provider sends it unchanged. */
export class OAuthError extends errors.OIDCProviderError {
  readonly error_description: string

  constructor(status: number, error: string, description: string) {
    super(status, error)
    this.error_description = description
  }
}
