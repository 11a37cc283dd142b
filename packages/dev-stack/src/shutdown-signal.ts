/** Resolves with the first signal that asks this process to stop. */
export const shutdownSignal = new Promise<NodeJS.Signals>((resolve) => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, resolve)
})
