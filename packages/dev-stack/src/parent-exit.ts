// Preloaded into each process of the local stack. When the stack is killed with SIGKILL, it cannot stop its children;
// their IPC channel closes, and each child sends SIGTERM to itself.
const stop = () => process.kill(process.pid, 'SIGTERM')
// A channel that closed before this module was loaded emits no further event.
if (process.connected) process.once('disconnect', stop)
else stop()
process.channel?.unref()
