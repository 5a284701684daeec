/** `assay serve openai`: a model, for every client that speaks OpenAI's chat completions. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { action } from "../../action.ts"
import { listening } from "../flags.ts"

const config = {
  folder: Argument.String("FOLDER").pipe(
    Argument.withDescription("Folder of a Qwen2.5-VL model in Hugging Face layout, a shipped one, assay:tiny-vl, or one of the hub, ORG/NAME")
  ),
  ...listening
} as const

export const openai = Command.make(
  "openai",
  config,
  (options) => action(() => import("./action.ts"), ({ openai }) => openai(options))
).pipe(
  Command.withDescription(
    "Serve a model by OpenAI's protocol, computed here:\n\n" +
      "  POST /v1/chat/completions  images as data URIs; n, seed, temperature, top_p, top_k, stop, logprobs, streams, token ids\n" +
      "  GET  /v1/models            the one model: the name of its folder\n" +
      "  GET  /health               200 while it can answer\n\n" +
      "Fields that would change the answer and are not done here are refused by name."
  ),
  Command.withExamples([
    { command: "assay serve openai assay:tiny-vl" },
    { command: "assay serve openai my-model --port 8000", description: "What `assay export` wrote, as the model my-model" }
  ])
)
