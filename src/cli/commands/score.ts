import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

export const score = Command.make(
  "score",
  {
    file: Argument.String("FILE").pipe(
      Argument.withDescription("JSON lines with \"completion\" and \"solution\"; - reads stdin")
    ),
    rewards: Flag.String("rewards").pipe(
      Flag.withDescription("Comma-separated: ap, ap50, odLength, weightedSum, cosine, repetition, format"),
      Flag.withDefault("ap,ap50,odLength,weightedSum,repetition,format")
    ),
    variant: Flag.Literals("variant", ["faithful", "fixed"]).pipe(
      Flag.withDescription("faithful: as the published code computes; fixed: as its text says"),
      Flag.withDefault("fixed")
    )
  },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/score.ts")), (action) => action.score(options))
).pipe(
  Command.withDescription("Score completions of any model: one JSON object of rewards a row, in order, streaming"),
  Command.withExamples([
    { command: "assay score answers.jsonl --rewards ap50,weightedSum,format" },
    { command: "zcat answers.jsonl.gz | assay score - --variant faithful > scores.jsonl" }
  ])
)
