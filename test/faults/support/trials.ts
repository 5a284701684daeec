/** Trials: a fault, tried again and again at instants drawn from a seed that is printed, and what came of each. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Random from "../../../src/pipeline/Random.ts"

/** What came of a trial. */
export interface Outcome {
  readonly kind: string
  readonly held: boolean
  /** Where and how it was tried. */
  readonly what: string
}

const full = process.env["ASSAY_FAULTS"] === "full"

/** How often something is tried: at full length, and in the normal tests. */
export const times = (long: number, short: number): number => (full ? long : short)

/** What instants are drawn from: the same seed draws the same. */
export const seed = Number(process.env["ASSAY_FAULTS_SEED"] ?? Date.now() % 1_000_000)

/** Numbers in [0, 1) of a kind of fault. */
export const drawn = (kind: string): () => number => Random.stream(Random.fold(Random.key(seed), kind))

const record = (outcome: Outcome): void => {
  const file = process.env["ASSAY_FAULTS_OUTCOMES"]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(outcome)}\n`)
}

/** Does one trial, in words `what`: it holds unless `body` throws. */
export const trial = async <A>(kind: string, what: string, body: () => A | Promise<A>): Promise<A> => {
  try {
    const result = await body()
    record({ kind, held: true, what })
    return result
  } catch (cause) {
    record({ kind, held: false, what: `${what}, seed ${seed}: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}` })
    throw new Error(`${kind}: ${what} (ASSAY_FAULTS_SEED=${seed}) did not hold`, { cause })
  }
}

/** Folders of a test file, and how to remove them. */
export const folders = () => {
  const root = mkdtempSync(join(tmpdir(), "assay-faults-"))
  return {
    root,
    make: (name: string): string => mkdtempSync(join(root, `${name}-`)),
    remove: () => rmSync(root, { recursive: true, force: true })
  }
}
