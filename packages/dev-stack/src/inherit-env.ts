/** Those variables of this process's environment whose names match: a child gets nothing that it is not given. */
export function passOn(names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value]] : [],
    ),
  )
}
