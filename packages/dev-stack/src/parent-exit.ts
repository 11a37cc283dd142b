// Preloaded into each process of the local stack. When the stack is killed with SIGKILL, it cannot stop its children;
// their IPC channel closes, and each child sends SIGTERM to itself.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
