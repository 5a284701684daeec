/** Code that is loaded while a stage runs may have been edited since its fingerprint was made: its result is then of either state. */
import * as Effect from "effect/Effect"
import { type Node, partsOf } from "../declare/Node.ts"
import { called } from "../declare/place.ts"
import { CodeError } from "../Errors.ts"
import * as CodeHash from "./CodeHash.ts"

const refuse = (file: string, label: string): CodeError =>
  new CodeError({
    module: file,
    message: `${called(file)} was changed while "${label}" ran, which imports it as it runs: whether its result is of the old code or of the new ` +
      "cannot be told, so it is not kept. Run the study again."
  })

/** Fails with `CodeError` where a file that a stage or one of its parts imports as it runs is not as it was when the study was planned. */
export const checkUnchanged = Effect.fnUntraced(function*(stage: Node) {
  const nodes = new Set([stage])
  for (const node of nodes) {
    for (const file of yield* CodeHash.ofProcess.changed(node.code)) return yield* refuse(file, stage.label)
    for (const part of partsOf(node)) nodes.add(part)
  }
})
