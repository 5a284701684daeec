/**
 * Sets variables of this process's environment, undefined for those that are to be gone, and returns what puts them back. Each by
 * itself: a whole new `process.env` would no longer be the one that Node and vi.stubEnv know.
 */
export const setEnvironment = (values: { readonly [name: string]: string | undefined }): () => void => {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const)
  const put = ([name, value]: readonly [string, string | undefined]) => {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  Object.entries(values).forEach(put)
  return () => before.forEach(put)
}
