/**
 * A model folder with a head of its own. vLLM on the processor keeps a copy of the head as its kernels want it, and loads no other into
 * it where the config ties it to the embeddings.
 */
import { Policy } from "assay"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export const writeUntied = (model: string, folder: string): Promise<void> =>
  Effect.runPromise(Effect.gen(function*() {
    const services = yield* Layer.build(Policy.local(model).layer)
    yield* Context.get(services, Policy.Portable).write(folder, "model")
    const file = join(folder, "config.json")
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), tie_word_embeddings: false }))
  }).pipe(Effect.scoped))
