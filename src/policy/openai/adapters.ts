/** Adapters that lie on servers, and who of this process samples by them. */

interface Known {
  /** Whether this process had it loaded: what another loaded may be in use there. */
  ours: boolean
  readonly users: Set<object>
}

/** By server and name. */
const known = new Map<string, Known>()

const keyOf = (url: string, name: string): string => JSON.stringify([url, name])

/** Says that `user` samples by an adapter, and whether it was this process that loaded it, if only just now. */
export const take = (url: string, name: string, user: object, loaded: boolean): void => {
  const key = keyOf(url, name)
  const entry = known.get(key) ?? { ours: false, users: new Set<object>() }
  known.set(key, entry)
  entry.ours ||= loaded
  entry.users.add(user)
}

/** Says that `user` no longer does. Whether it can go: runs that begin alike begin with the same adapter, by the same name. */
export const leave = (url: string, name: string, user: object): boolean => {
  const key = keyOf(url, name)
  const entry = known.get(key)
  entry?.users.delete(user)
  if (entry === undefined || entry.users.size > 0) return false
  known.delete(key)
  return entry.ours
}
