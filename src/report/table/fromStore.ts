import * as Effect from "effect/Effect"
import type { Json } from "../../pipeline/json.ts"
import * as Store from "../../store/index.ts"
import * as Table from "./Table.ts"

const measured = <A extends { readonly mean: number | null }>(row: A): row is A & { readonly mean: number } =>
  row.mean !== null

const compared = <A extends { readonly delta: number | null }>(row: A): row is A & { readonly delta: number } =>
  row.delta !== null

/** Reads the table of an experiment; undefined when the database has no experiment of that name. */
export const read = (handle: Store.Handle, name: string): Effect.Effect<Table.Table | undefined, Store.StoreError> =>
  Effect.gen(function*() {
    const experiment = yield* Store.experiment(handle, name)
    if (experiment === undefined) return undefined
    const ablation = yield* Store.ablation(handle, name)
    const paired = yield* Store.paired(handle, name)
    const gain = yield* Store.gain(handle, name)
    const missing = yield* Store.missing(handle, name)
    return Table.make({
      name: experiment.name,
      question: experiment.question,
      table: experiment.table as Json,
      variants: experiment.variants.map((variant) => ({ ...variant, role: variant.role as Table.Role })),
      ablation: ablation.filter(measured),
      paired: paired.filter(compared),
      gain: gain.filter(compared),
      missing: missing.map(({ seed, status, variant }) => ({ variant, seed, status }))
    })
  })
