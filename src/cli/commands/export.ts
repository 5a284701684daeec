import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { db } from "../flags.ts"

export const exportModel = Command.make(
  "export",
  {
    run: Argument.Int("RUN").pipe(Argument.withDescription("Number of a run, from `assay list`")),
    out: Flag.String("out").pipe(Flag.withDescription("Folder to write into; it is made"), Flag.withMetavar("DIR")),
    adapter: Flag.Boolean("adapter").pipe(
      Flag.withDescription("Only the adapters of a run with lora, as PEFT reads them, instead of the whole model"),
      Flag.withDefault(false)
    ),
    dtype: Flag.Literals("dtype", ["F32", "F16", "BF16"]).pipe(
      Flag.withDescription("Numbers that a whole model is written in (default F32)"),
      Flag.withDefault("F32" as const)
    ),
    db
  },
  (options) =>
    Effect.flatMap(Effect.promise(() => import("../actions/export.ts")), (action) => action.exportModel(options))
).pipe(
  Command.withDescription("Write the model that a run trained, as a folder in Hugging Face layout"),
  Command.withExamples([
    { command: "assay export 3 --out my-model" },
    { command: "assay export 3 --adapter --out my-adapter", description: "For peft's PeftModel.from_pretrained" }
  ])
)
