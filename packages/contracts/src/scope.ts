/** The scopes of the API, as the Auth0 tenant lists them. */
export const scopes = {
  'batch:upload': 'Upload the hours of anybody, for programs',
  'create:timesheets': 'Enter, change and delete own hours',
  'read:timesheets': 'Read own hours',
  'read:reports': "Read everybody's hours and the reports",
  'approve:timesheets': 'Approve hours, or send them back',
  'manage:people': 'Keep the directory of people',
} as const

export type Scope = keyof typeof scopes
