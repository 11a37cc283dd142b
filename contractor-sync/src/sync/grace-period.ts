/** Returns a signal that aborts `ms` after the given one, with the same reason. */
export function abortAfterGracePeriod(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController()
  const start = () => {
    // The timer alone must not keep the process alive.
    setTimeout(() => controller.abort(signal.reason), ms).unref()
  }
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true })
  return controller.signal
}
