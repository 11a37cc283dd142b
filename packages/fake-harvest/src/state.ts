import { z } from 'zod'
import { apiErrors, invalidParameter } from './api-error.ts'
import type { User } from './contractors.ts'
import { documentedUser } from './documented.ts'
import type { TimeEntry } from './time-entry.ts'

/** What one access token may see from now on. */
const tokenAccess = z.strictObject({
  /** administrator: everything. manager, member: only the hours of `user_id`. */
  role: z.enum(['administrator', 'manager', 'member']).default('administrator'),
  user_id: z.int().optional(),
  /** The number of requests for which it keeps its present access. */
  after: z.int().min(0).default(0),
})
export type TokenAccess = z.infer<typeof tokenAccess>

const userEdit = z.strictObject({
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  email: z.string().optional(),
  is_active: z.boolean().optional(),
  /** Harvest deletes a person together with the person's hours. `false` brings both back. */
  is_deleted: z.boolean().optional(),
})

const projectEdit = z.strictObject({ name: z.string() })

const fullAccess: TokenAccess = { role: 'administrator', after: 0 }

/** What changes about an account beside its entries: people, projects, and what the token may see. Kept in memory. */
export class AccountState {
  readonly #users: User[]
  readonly #editedUsers = new Map<number, User>()
  readonly #deletedUsers = new Set<number>()
  readonly #projectNames = new Map<number, string>()
  #access = fullAccess
  #nextAccess: TokenAccess | undefined

  /** @param people the most recently created first, as Harvest lists them */
  constructor(people: readonly User[]) {
    this.#users = [...people]
  }

  /** All people, archived ones included. */
  get users(): readonly User[] {
    return this.#users.filter(({ id }) => !this.#deletedUsers.has(id))
  }

  get deletedUsers(): readonly User[] {
    return this.#users.filter(({ id }) => this.#deletedUsers.has(id))
  }

  /** The people that the token may see. */
  get visibleUsers(): readonly User[] {
    return this.users.filter(({ id }) => this.#maySee(id))
  }

  /** The owner of the token. */
  get owner(): User {
    const { role, user_id: id } = this.#access
    const user = this.#users.find((candidate) => candidate.id === id) ?? documentedUser
    return role === 'administrator' ? documentedUser : { ...user, access_roles: [role] }
  }

  /** Counts a request of the token, after which its access may change. */
  countRequest(): void {
    if (this.#nextAccess === undefined) return
    if (this.#nextAccess.after > 0) this.#nextAccess.after -= 1
    else {
      this.#access = this.#nextAccess
      this.#nextAccess = undefined
    }
  }

  /** @throws {ApiError} 403 for a member: only administrators and managers list people */
  requirePeopleAccess(): void {
    if (this.#access.role === 'member') throw apiErrors.forbidden()
  }

  /** The entries that exist: those of a deleted person went with the person. */
  filterExisting(entries: readonly TimeEntry[]): readonly TimeEntry[] {
    if (this.#deletedUsers.size === 0) return entries
    return entries.filter(({ user }) => !this.#deletedUsers.has(user.id))
  }

  /** The existing entries that the token may see. */
  filterVisible(entries: readonly TimeEntry[]): readonly TimeEntry[] {
    const existing = this.filterExisting(entries)
    return this.#access.role === 'administrator'
      ? existing
      : existing.filter(({ user }) => this.#maySee(user.id))
  }

  /** Returns the entry with the names of today. */
  withNames(entry: TimeEntry): TimeEntry {
    const user = this.#editedUsers.get(entry.user.id)
    const projectName = this.#projectNames.get(entry.project.id)
    if (user === undefined && projectName === undefined) return entry
    return {
      ...entry,
      ...(user && { user: { id: user.id, name: `${user.first_name} ${user.last_name}` } }),
      ...(projectName !== undefined && { project: { ...entry.project, name: projectName } }),
    }
  }

  /** @throws {ApiError} 404, 422 */
  editUser(id: number, body: unknown): User {
    const { is_deleted: isDeleted, ...fields } = parse(userEdit, body)
    const index = this.#users.findIndex((user) => user.id === id)
    if (index === -1) throw apiErrors.notFound()
    if (isDeleted === true) this.#deletedUsers.add(id)
    if (isDeleted === false) this.#deletedUsers.delete(id)
    const user = { ...this.#users[index]!, ...fields }
    this.#users[index] = user
    this.#editedUsers.set(id, user)
    return user
  }

  /** Renames a project. As in Harvest, its entries show the new name, and their `updated_at` stays. */
  renameProject(id: number, body: unknown): void {
    const { name } = parse(projectEdit, body)
    this.#projectNames.set(id, name)
  }

  /** @throws {ApiError} 422 */
  changeAccess(body: unknown): void {
    this.#nextAccess = parse(tokenAccess, body)
    if (this.#nextAccess.after === 0) this.countRequest()
  }

  #maySee(userId: number): boolean {
    return this.#access.role === 'administrator' || userId === this.#access.user_id
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw invalidParameter(parsed.error)
  return parsed.data
}
