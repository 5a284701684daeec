/** A process that fetches a model. */
import * as Effect from "effect/Effect"
import { modelFiles } from "../../../src/hub/model.ts"
import { snapshot } from "../../../src/hub/snapshot.ts"

await Effect.runPromise(snapshot({ type: "model", name: "org/tiny-vl", revision: "main" }, modelFiles(true)))
