const timesheetsApi = 'https://api.exampleco.com/timesheets'
const emailClaim = 'https://api.exampleco.com/email'

/**
 * Adds the e-mail of the user to access tokens for the Timesheets API, which identifies people by it (USER_CLAIM of the
 * gateway). Only a verified e-mail: with an unverified one, a person could sign up as another person.
 */
exports.onExecutePostLogin = async (event, api) => {
  if (event.resource_server?.identifier !== timesheetsApi) return
  const { email, email_verified } = event.user
  if (email && email_verified === true) api.accessToken.setCustomClaim(emailClaim, email)
}
