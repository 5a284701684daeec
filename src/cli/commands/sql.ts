import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { db, json } from "../flags.ts"

export const sql = Command.make(
  "sql",
  {
    query: Argument.String("QUERY").pipe(
      Argument.withDescription("One SQL statement; the database is opened for reading only")
    ),
    csv: Flag.Boolean("csv").pipe(Flag.withDescription("Print CSV to stdout"), Flag.withDefault(false)),
    db,
    json
  },
  (options) => Effect.flatMap(Effect.promise(() => import("../actions/sql.ts")), (action) => action.sql(options))
).pipe(
  Command.withDescription(
    "Ask the database anything. Views: ablation, paired, gain, final_metric, learning_curve, reward_part, missing"
  ),
  Command.withExamples([
    { command: "assay sql \"SELECT variant, mean, ci95 FROM ablation WHERE metric = 'mAP'\"" },
    { command: "assay sql \"SELECT * FROM paired WHERE separated\" --csv" }
  ])
)
