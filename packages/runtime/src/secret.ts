import { inspect } from 'node:util'

/** Prefix of all secrets in this repository, by which scanners and programs recognize them. */
const localOnlyPrefix = 'local-only-'

/** A secret value. Printing, logging or serializing it gives `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the value, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }

  /** Whether the value is published in this repository, and so may be used for local stand-ins only. */
  get isLocalOnly(): boolean {
    return this.#value.startsWith(localOnlyPrefix)
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
