import { inspect } from 'node:util'

/** How the secrets that stand in this repository begin, so that a scanner and a program can tell them. */
const localOnlyPrefix = 'local-only-'

/** A value that must not be seen: whatever prints it, logs it or turns it into JSON gets `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }

  /** Anybody can read it in this repository: good for the local stand-ins, and for nothing else. */
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
