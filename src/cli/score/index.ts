/** `assay score`: rewards on anybody's completions. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { rewardNames } from "../../workspace/offered.ts"
import { action } from "../action.ts"
import { failUnder, variant } from "../flags.ts"

/** Those that judge boxes and form: a row without its tokens, or of another task, cannot be judged by the rest. */
const usual = ["ap", "ap50", "format", "odLength", "repetition", "weightedSum"].join(",")

const config = {
  file: Argument.String("FILE").pipe(
    Argument.withDescription("JSON lines with \"completion\" and \"solution\"; - reads stdin")
  ),
  rewards: Flag.String("rewards").pipe(
    Flag.withDescription("Comma-separated names, or ./mine.ts#brevity for one of your own (default: those of detection)"),
    Flag.withDefault(usual)
  ),
  variant,
  summary: Flag.Boolean("summary").pipe(
    Flag.withDescription("Print one object with the mean of every reward instead of the rows"),
    Flag.withDefault(false)
  ),
  strict: Flag.Boolean("strict").pipe(
    Flag.withDescription("Exit with 3 when a row cannot be read or scored"),
    Flag.withDefault(false)
  ),
  failUnder
} as const

export const score = Command.make(
  "score",
  config,
  (options) => action(() => import("./action.ts"), ({ score }) => score(options))
).pipe(
  Command.withDescription(
    "Score completions of any model: one JSON object of rewards a row, in order, streaming.\n\n" +
      "A row is {\"completion\": ..., \"solution\": ..., \"tokens\": ..., \"id\": ...}: both texts as a model writes them, boxes as\n" +
      "[{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"...\"}] in <answer></answer>, fenced with ```json or bare, or None. An id is\n" +
      "passed through. A solution that cannot be read is an error, and its row scores 0.\n\n" +
      `Rewards: ${rewardNames.join(", ")}. cosine needs tokens, the completion's length.`
  ),
  Command.withExamples([
    { command: "assay score answers.jsonl --rewards ap50,weightedSum,format" },
    { command: "zcat answers.jsonl.gz | assay score - --variant faithful > scores.jsonl" },
    { command: "assay score answers.jsonl --rewards ./mine.ts#brevity --summary" },
    { command: "assay score answers.jsonl --strict --fail-under weightedSum=0.5 > scores.jsonl", description: "For CI" }
  ])
)
