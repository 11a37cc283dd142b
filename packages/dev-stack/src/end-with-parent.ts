// Loaded into each process of the local stack before its own code: when the stack is killed in a way that it
// cannot answer (kill -9), the channel between the two breaks, and what it started ends too.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
