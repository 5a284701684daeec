/** What is under way or done is not begun again. */
export const once = <A>(known: Map<string, Promise<A>>, key: string, compute: () => Promise<A>): Promise<A> => {
  const started = known.get(key) ?? compute()
  known.set(key, started)
  return started
}
