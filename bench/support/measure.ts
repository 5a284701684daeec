import { mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"

/** How a part is to be run. */
export interface Settings {
  /** Repetitions that medians are taken over. */
  readonly rounds: number
  /** Threads of every session. */
  readonly threads: number
  /** Tiny sizes, to see that everything runs; what is measured means nothing. */
  readonly smoke: boolean
}

export type Json = { readonly [key: string]: unknown }
export type Part = (settings: Settings) => Promise<Json>

export const defaults: Settings = { rounds: 7, threads: availableParallelism(), smoke: false }

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Median and range, so that a reader sees whether the machine was quiet. */
export const summary = (values: ReadonlyArray<number>) => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values)
})

/** Seconds that `work` takes. */
export const seconds = async (work: () => unknown): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

export const say = (message: string): void => void process.stderr.write(`${message}\n`)

/** Does `round` as often as asked, says so, and returns what each returned. */
export const rounds = async <A>(settings: Settings, name: string, round: (index: number) => Promise<A>): Promise<Array<A>> => {
  const results: Array<A> = []
  for (let i = 0; i < settings.rounds; i++) {
    say(`${name}: round ${i + 1} of ${settings.rounds}`)
    results.push(await round(i))
  }
  return results
}

/** Runs `work` with a folder that is gone afterwards. */
export const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const sum = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0)
