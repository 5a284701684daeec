/** `assay sql`: anybody's questions. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, json } from "../flags.ts"

/** Every view that the documentation names. */
export const views = [
  "ablation",
  "paired",
  "gain",
  "final_metric",
  "missing",
  "learning_curve",
  "reward_part",
  "token_statistics",
  "sample"
]

export const sql = Command.make(
  "sql",
  {
    query: Argument.String("QUERY").pipe(
      Argument.withDescription("One SQL statement; the database is opened for reading only")
    ),
    format: Flag.Literals("format", ["text", "csv", "json", "jsonl", "md", "parquet"]).pipe(
      Flag.withDescription("text, csv, json, jsonl (an object a line), md or parquet (default text; parquet wants --out)"),
      Flag.optional
    ),
    csv: Flag.Boolean("csv").pipe(Flag.withDescription("The same as --format csv"), Flag.withDefault(false)),
    out: Flag.String("out").pipe(
      Flag.withDescription("File to write, instead of printing"),
      Flag.withMetavar("FILE"),
      Flag.optional
    ),
    db,
    json
  },
  (options) => action(() => import("./action.ts"), ({ sql }) => sql(options))
).pipe(
  Command.withDescription(`Ask the database anything. Views: ${views.join(", ")}`),
  Command.withExamples([
    { command: "assay sql \"SELECT variant, mean, ci95 FROM ablation WHERE name = 'mAP'\"" },
    { command: "assay sql \"SELECT * FROM paired WHERE separated\" --csv" },
    { command: "assay sql \"SELECT * FROM sample_reward\" --format parquet --out rewards.parquet" }
  ])
)
