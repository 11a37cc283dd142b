/** As what a method is judged: HEAD is there where GET is, for whoever may GET (RFC 9110, section 9.1). */
export const judgedMethod = (method: string) => (method === 'HEAD' ? 'GET' : method)

/** The methods that rows of the table name, and HEAD where it follows from them. */
export const withHead = (methods: readonly string[]) =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
