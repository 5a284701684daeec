import type { Engine } from "../../src/policy/local/thread/protocol.ts"
import type { Sequence } from "../../src/policy/trainer.ts"
import { weightsOf } from "./batch.ts"
import { sum } from "./measure.ts"
import * as Products from "./products.ts"
import * as Sessions from "./sessions.ts"

/** Floating-point operations of the matrix products of one training step. */
export interface Work {
  /** All that run. */
  readonly executed: number
  /** What the same batch would take with nothing padded. */
  readonly useful: number
  /** The rest: what fills up prompts, completions and groups. */
  readonly padding: number
}

type Batch = ReadonlyArray<Sequence>

/** Operations of every batch. */
const counted = async (fresh: () => Promise<Engine>, batches: ReadonlyArray<Batch>): Promise<ReadonlyArray<number>> => {
  const { result: runs, sessions } = await Products.during(async () => {
    const engine = await fresh()
    const runs: Array<number> = []
    for (const batch of batches) {
      runs.push((await Sessions.during(() => engine.backward(batch, weightsOf(batch)))).calls.length)
    }
    return runs
  })
  const products = sessions.flat().values()
  return runs.map((count) => sum(Array.from({ length: count }, () => Products.total(products.next().value!))))
}

/**
 * Counts by running: the whole batch once, then every sequence by itself, where nothing is padded. A prompt is computed
 * once for its group, so a group's useful work is that of one prompt and all completions; what a prompt costs alone
 * follows from a completion given once and given twice.
 */
export const count = async (fresh: () => Promise<Engine>, sequences: Batch): Promise<Work> => {
  const [executed] = await counted(fresh, [sequences])
  const groups = [...Map.groupBy(sequences, ({ question }) => JSON.stringify(question)).values()]
  const alone = (await counted(
    fresh,
    groups.flatMap((group) => [[group[0]!, group[0]!], ...group.map((one) => [one])])
  )).values()
  const useful = sum(groups.map((group) => {
    const twice = alone.next().value!
    const singles = group.map(() => alone.next().value!)
    const prompt = 2 * singles[0]! - twice
    return sum(singles) - (group.length - 1) * prompt
  }))
  return { executed: executed!, useful, padding: executed! - useful }
}
