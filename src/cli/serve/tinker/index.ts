/** `assay serve tinker`: a training API over a model that is computed here, for every client that speaks Tinker's protocol. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../../action.ts"
import { listening } from "../flags.ts"

const config = {
  folder: Argument.String("FOLDER").pipe(
    Argument.withDescription("Folder of a Qwen2.5-VL model in Hugging Face layout, a shipped one, assay:tiny-vl, or one of the hub, ORG/NAME")
  ),
  checkpoints: Flag.String("checkpoints").pipe(
    Flag.withDescription("Folder for what clients save"),
    Flag.withDefault(".assay/tinker")
  ),
  ...listening
} as const

export const tinker = Command.make(
  "tinker",
  config,
  (options) => action(() => import("./action.ts"), ({ tinker }) => tinker(options))
).pipe(
  Command.withDescription(
    "Serve the training of a model by Tinker's protocol, computed here. The tinker package for Python, 0.24 to 0.38, is a client:\n\n" +
      "  tinker.ServiceClient(base_url=\"http://127.0.0.1:8440\", api_key=\"tml-local\")\n\n" +
      "Clients train LoRA adapters of the one model, several side by side, with images; sample; save and load. Losses and options that\n" +
      "are not done here are refused by name."
  ),
  Command.withExamples([
    { command: "assay serve tinker assay:tiny-vl" },
    { command: "assay serve tinker my-model --port 8000 --checkpoints checkpoints", description: "A model of one's own" }
  ])
)
