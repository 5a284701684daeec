/**
 * Watches ONNX Runtime from outside: the sessions that product code makes are replaced by ones that time themselves.
 *
 * `run` of the native session is synchronous, so the time between its start and its end is exactly what is spent inside
 * ONNX Runtime, conversion of inputs and outputs included. Import this before anything makes a session; it works in every
 * thread that imports it.
 */
import { createRequire } from "node:module"

interface NativeTensor {
  readonly dims: ReadonlyArray<number>
  readonly data: ArrayLike<number | bigint>
}

export type NativeFeeds = { readonly [name: string]: NativeTensor }

interface Native {
  loadModel(...args: ReadonlyArray<unknown>): void
  run(feeds: NativeFeeds, fetches: unknown, options: unknown): unknown
  endProfiling(): void
}

/** Milliseconds on the clock that all threads of the process share. */
export const now = (): number => performance.timeOrigin + performance.now()

export interface Call {
  readonly start: number
  readonly end: number
  readonly feeds: NativeFeeds
}

const listeners = new Set<(call: Call) => void>()
const profiled: Array<Native> = []
let profilePrefix: string | undefined

const { binding } = createRequire(import.meta.url)("onnxruntime-node/dist/binding.js") as {
  binding: { InferenceSession: new() => Native }
}

binding.InferenceSession = class extends binding.InferenceSession {
  override loadModel(...args: ReadonlyArray<unknown>): void {
    if (profilePrefix === undefined) return super.loadModel(...args)
    profiled.push(this)
    const options = args.at(-1) as object
    // ONNX Runtime adds the time in milliseconds, at which two sessions may start.
    const profileFilePrefix = `${profilePrefix}-${profiled.length}`
    super.loadModel(...args.slice(0, -1), { ...options, enableProfiling: true, profileFilePrefix })
  }
  override run(feeds: NativeFeeds, fetches: unknown, options: unknown): unknown {
    if (listeners.size === 0) return super.run(feeds, fetches, options)
    const start = now()
    const results = super.run(feeds, fetches, options)
    const call = { start, end: now(), feeds }
    for (const listener of listeners) listener(call)
    return results
  }
}

/** Tells `listener` of every run of every session in this thread until the returned function is called. */
export const listen = (listener: (call: Call) => void): () => void => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The runs of all sessions during `work`, in order. */
export const during = async <A>(work: () => Promise<A>): Promise<{ readonly result: A; readonly calls: ReadonlyArray<Call> }> => {
  const calls: Array<Call> = []
  const stop = listen((call) => calls.push(call))
  try {
    return { result: await work(), calls }
  } finally {
    stop()
  }
}

/** Milliseconds inside ONNX Runtime. */
export const inside = (calls: ReadonlyArray<Call>): number => calls.reduce((sum, { end, start }) => sum + end - start, 0)

/** Sessions made during `work` write a profile of every operator that they run to files that begin with `prefix`. */
export const profiling = async (prefix: string, work: () => Promise<void>): Promise<void> => {
  profilePrefix = prefix
  try {
    await work()
  } finally {
    profilePrefix = undefined
    for (const session of profiled.splice(0)) session.endProfiling()
  }
}
