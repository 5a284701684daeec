/** The latest of what was loaded, kept for the next time. */
import * as Effect from "effect/Effect"

/**
 * Loads by name, and keeps the latest results while they and their names take at most `most` bytes. Who asks for one while it is being
 * loaded loads it, too; it is kept once.
 */
export const remember = <A, E>(load: (name: string) => Effect.Effect<A, E>, bytesOf: (result: A) => number, most: number) => {
  const known = new Map<string, A>()
  let bytes = 0
  const keep = (name: string, result: A): void => {
    if (known.has(name)) return
    known.set(name, result)
    bytes += name.length + bytesOf(result)
    for (const [oldest, dropped] of known) {
      if (bytes <= most) break
      known.delete(oldest)
      bytes -= oldest.length + bytesOf(dropped)
    }
  }
  return (name: string): Effect.Effect<A, E> => {
    const found = known.get(name)
    return found !== undefined ? Effect.succeed(found) : Effect.tap(load(name), (result) => Effect.sync(() => keep(name, result)))
  }
}
