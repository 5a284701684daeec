/** `assay export`: the model that a run trained, as a folder. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, run } from "../flags.ts"

const config = {
  run,
  out: Flag.String("out").pipe(
    Flag.withDescription("Folder to write into; it is made, or must be empty"),
    Flag.withMetavar("DIR")
  ),
  adapter: Flag.Boolean("adapter").pipe(
    Flag.withDescription("Only the adapters of a run with lora, as PEFT reads them, instead of the whole model"),
    Flag.withDefault(false)
  ),
  dtype: Flag.Literals("dtype", ["F32", "F16", "BF16"]).pipe(
    Flag.withDescription("Numbers that a whole model is written in (default F32)"),
    Flag.withDefault("F32" as const)
  ),
  kept: Flag.Literals("kept", ["best", "last"]).pipe(
    Flag.withDescription("Weights that a loop with `keep` kept, instead of those it handed on"),
    Flag.optional
  ),
  db
} as const

export const exportModel = Command.make(
  "export",
  config,
  (options) => action(() => import("./action.ts"), ({ exportModel }) => exportModel(options))
).pipe(
  Command.withDescription("Write the model that a run trained, as a folder in Hugging Face layout"),
  Command.withExamples([
    { command: "assay export 3 --out my-model" },
    { command: "assay export 3 --adapter --out my-adapter", description: "For peft's PeftModel.from_pretrained" }
  ])
)
