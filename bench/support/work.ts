import type { Engine } from "../../src/policy/local/Engine.ts"
import type { Sequence } from "../../src/policy/Policy.ts"
import { weightsOf } from "./batch.ts"
import { sum } from "./measure.ts"
import * as Products from "./products.ts"
import * as Sessions from "./sessions.ts"

/** Floating-point operations of the matrix products of one training step. */
export interface Work {
  /** All that run. */
  readonly executed: number
  /** What the same batch would take with nothing padded and with the embedding's gradient added up, not multiplied. */
  readonly useful: number
  /** The embedding's gradient, which the graph computes as a product with one-hot rows for the sake of equal bits. */
  readonly oneHot: number
  /** The rest: rows that fill up prompts, completions and groups. */
  readonly padding: number
}

type Batch = ReadonlyArray<Sequence>

/** Operations of every batch, `all` and the part of them that is the embedding's gradient. */
const counted = async (fresh: () => Promise<Engine>, batches: ReadonlyArray<Batch>) => {
  const { result: calls, sessions } = await Products.during(async () => {
    const engine = await fresh()
    const calls: Array<ReadonlyArray<Sessions.Call>> = []
    for (const batch of batches) {
      calls.push((await Sessions.during(() => engine.backward(batch, weightsOf(batch)))).calls)
    }
    return calls
  })
  const runs = sessions.flat().values()
  return calls.map((ofBatch) => {
    const parts = ofBatch.map(({ feeds }) => {
      const [vocabulary, hidden] = feeds["model.embed_tokens.weight"]!.dims as [number, number]
      return { all: Products.total(runs.next().value!), oneHot: 2 * feeds["ids"]!.dims[0]! * vocabulary * hidden }
    })
    return { all: sum(parts.map(({ all }) => all)), oneHot: sum(parts.map(({ oneHot }) => oneHot)) }
  })
}

/**
 * Counts by running: the whole batch once, then every sequence by itself, where nothing is padded. A prompt is computed
 * once for its group, so a group's useful work is that of one prompt and all completions; what a prompt costs alone
 * follows from a completion given once and given twice.
 */
export const count = async (fresh: () => Promise<Engine>, sequences: Batch): Promise<Work> => {
  const [whole] = await counted(fresh, [sequences])
  const groups = [...Map.groupBy(sequences, ({ question }) => JSON.stringify(question)).values()]
  const alone = await counted(
    fresh,
    groups.flatMap((group) => [[group[0]!, group[0]!], ...group.map((one) => [one])])
  )
  const needed = alone.map(({ all, oneHot }) => all - oneHot).values()
  const useful = sum(groups.map((group) => {
    const twice = needed.next().value!
    const singles = group.map(() => needed.next().value!)
    const prompt = 2 * singles[0]! - twice
    return sum(singles) - (group.length - 1) * prompt
  }))
  return { executed: whole!.all, useful, oneHot: whole!.oneHot, padding: whole!.all - whole!.oneHot - useful }
}
