const timesheetsApi = 'https://api.exampleco.com/timesheets'
const emailClaim = 'https://api.exampleco.com/email'

/**
 * Puts the e-mail of whoever logs in into access tokens for the Timesheets API, by which that API knows the person
 * (USER_CLAIM of the gateway). Only one that Auth0 has verified: otherwise anybody could sign up as somebody else.
 */
exports.onExecutePostLogin = async (event, api) => {
  if (event.resource_server?.identifier !== timesheetsApi) return
  const { email, email_verified } = event.user
  if (email && email_verified === true) api.accessToken.setCustomClaim(emailClaim, email)
}
