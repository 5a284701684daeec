/**
 * Writes the weights that `pipelines/pretrain-tiny.ts` ended with into `assets/tiny-vl/model.safetensors`, in half precision.
 *
 * Usage: node pipelines/support/exportTiny.ts [runs.db]
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Safetensors from "../../src/policy/local/safetensors.ts"
import * as Store from "../../src/store/Store.ts"

const database = process.argv[2] ?? "runs.db"

const lastWeights = `
  SELECT stage.subject FROM run
  JOIN experiment ON experiment.id = run.experiment AND experiment.name LIKE 'pretrain-tiny%'
  JOIN run_stage ON run_stage.run = run.id
  JOIN stage ON stage.id = run_stage.stage AND stage.subject IS NOT NULL
  WHERE run.status = 'done'
  ORDER BY run.id DESC, run_stage.position DESC LIMIT 1`

const program = Effect.gen(function*() {
  const handle = yield* Store.open({ file: database })
  const { rows } = yield* Store.sql(handle, lastWeights)
  const hash = rows[0]?.[0]
  if (typeof hash !== "string") return yield* Effect.die(`${database} holds no finished run of pretrain-tiny.`)
  const file = join(database, "..", ".assay", "objects", hash.slice(0, 2), hash.slice(2))
  const weights = yield* Safetensors.open(file)
  const tensors = yield* Effect.forEach(weights.tensors, ([name, { shape }]) =>
    Effect.map(weights.readFloats(name), (data) => ({ name, shape, data, dtype: "F16" as const })))
  yield* Safetensors.write("assets/tiny-vl/model.safetensors", tensors, { format: "pt" })
})

await Effect.runPromise(Effect.scoped(program))
