import pg from 'pg'

interface BoundedPoolConfig extends pg.PoolConfig {
  /** Time limit of a statement, and of a transaction that waits for its client (ms). */
  readonly timeoutMs: number
}

/** How the server bounds statements: by parameters of the session, or by each transaction. */
type Bounds = 'unknown' | 'session' | 'transaction'

/**
 * A pool of connections on which the server cancels a statement and ends an idle transaction after `timeoutMs`.
 *
 * A direct connection gets both limits once, as startup parameters. A pooler in transaction mode, such as PgBouncer,
 * refuses or ignores such parameters, and gives each transaction any session; so there each transaction begins with
 * `set local`, and a single statement becomes a transaction, for two more round trips. The first connection finds out
 * which applies.
 */
export class BoundedPool extends pg.Pool {
  readonly #config: BoundedPoolConfig
  #bounds: Bounds = 'unknown'

  constructor({ timeoutMs, ...config }: BoundedPoolConfig) {
    super({
      ...config,
      statement_timeout: timeoutMs,
      idle_in_transaction_session_timeout: timeoutMs,
      // pg-pool calls the constructor with the options of the pool, which its type does not say.
      Client: BoundedClient as unknown as new () => pg.ClientBase,
    })
    this.#config = { timeoutMs, ...config }
  }

  // biome-ignore lint/suspicious/noExplicitAny: all overloads of pg are passed through
  override connect(callback?: any): any {
    const connecting = this.#connect()
    if (callback === undefined) return connecting
    connecting.then(
      (client) => callback(undefined, client, client.release),
      (error) => callback(error, undefined, () => {}),
    )
  }

  // biome-ignore lint/suspicious/noExplicitAny: all overloads of pg are passed through
  override async query(...args: any[]): Promise<any> {
    if (this.#bounds === 'unknown') (await this.#connect()).release()
    return this.#bounds === 'transaction'
      ? this.#queryInTransaction(args)
      : super.query(...(args as [string]))
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#bounds !== 'unknown') return super.connect()
    let client: pg.PoolClient
    try {
      client = await super.connect()
    } catch (error) {
      if (!/unsupported startup parameter/.test((error as Error).message)) throw error
      this.#boundTransactions()
      return super.connect()
    }
    try {
      const { rows } = await client.query(`select current_setting('statement_timeout') as limit`)
      if (rows[0].limit !== '0') this.#bounds = 'session'
      else this.#boundTransactions()
    } catch (error) {
      client.release(error as Error)
      throw error
    }
    if (this.#bounds === 'session') return client
    client.release(true) // it was created without the prefix of its transactions
    return super.connect()
  }

  #boundTransactions(): void {
    this.#bounds = 'transaction'
    const { timeoutMs } = this.#config
    Object.assign(this.options, {
      statement_timeout: undefined,
      idle_in_transaction_session_timeout: undefined,
      begin: `BEGIN; SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs}`,
    })
  }

  async #queryInTransaction(args: unknown[]): Promise<unknown> {
    const client = await this.#connect()
    let broken: Error | undefined
    try {
      await client.query('BEGIN')
      const result = await client.query(...(args as [string]))
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.release(broken)
    }
  }
}

/** A client that begins its transactions with the limits of the pool, in the same message. */
class BoundedClient extends pg.Client {
  readonly #begin: string | undefined

  constructor(config: pg.ClientConfig & { readonly begin?: string }) {
    super(config)
    this.#begin = config.begin
  }

  // biome-ignore lint/suspicious/noExplicitAny: all overloads of pg are passed through
  override query(query: any, ...rest: any[]): any {
    const text = typeof query === 'string' ? query : query?.text
    if (this.#begin === undefined || text !== 'BEGIN') return super.query(query, ...(rest as []))
    return super.query(
      typeof query === 'string' ? this.#begin : { ...query, text: this.#begin },
      ...(rest as []),
    )
  }
}
