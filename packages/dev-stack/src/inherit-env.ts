/**
 * Returns the variables of this process's environment whose names match. A child process gets only the variables that
 * the stack passes explicitly.
 */
export function inheritEnv(names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value]] : [],
    ),
  )
}
