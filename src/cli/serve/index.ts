/** `assay serve`: what trainers and clients of models call, over HTTP. */
import * as Command from "effect/cli/Command"
import { openai } from "./openai/index.ts"
import { rewards } from "./rewards/index.ts"
import { tinker } from "./tinker/index.ts"

export const serve = Command.make("serve").pipe(
  Command.withDescription(
    "Serve over HTTP until a signal comes: then what is under way is ended, and the exit code is 0. Servers can be reached from\n" +
      "this machine alone, unless a host and a token are given."
  ),
  Command.withExamples([
    { command: "assay serve rewards", description: "Every reward, in the shapes that trainers call" },
    { command: "assay serve openai assay:tiny-vl", description: "A model, for clients of OpenAI's protocol" },
    { command: "assay serve tinker assay:tiny-vl", description: "The training of a model, for clients of Tinker's protocol" }
  ]),
  Command.withSubcommands([rewards, openai, tinker])
)
