import type { IncomingMessage, ServerResponse } from 'node:http'

const awaiting = new WeakSet<IncomingMessage>()

/** Marks a request whose client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1). */
export function awaitContinue(request: IncomingMessage): void {
  awaiting.add(request)
}

/** Whether the client still waits for `100 Continue`, so that no body will arrive. */
export function isAwaitingContinue(request: IncomingMessage): boolean {
  return awaiting.has(request)
}

/** Asks the client for the body, if it waits to be asked. Called when a request has passed all checks of its head. */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (awaiting.delete(request)) response.writeContinue()
}
