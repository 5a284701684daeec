import * as Command from "effect/cli/Command"
import { evaluate } from "./commands/evaluate.ts"
import { exportModel } from "./commands/export.ts"
import { list } from "./commands/list.ts"
import { plan } from "./commands/plan.ts"
import { run } from "./commands/run.ts"
import { samples } from "./commands/samples.ts"
import { score } from "./commands/score.ts"
import { show } from "./commands/show.ts"
import { sql } from "./commands/sql.ts"
import { table } from "./commands/table.ts"

/** The whole command line. A command's own work is imported when it is asked for, which keeps start-up short. */
export const assay = Command.make("assay").pipe(
  Command.withDescription("Run experiments on vision-language detectors, and read what came out of them"),
  Command.withExamples([
    { command: "assay run pipelines/reward-comparison.ts", description: "Run a study and print its table" },
    { command: "assay list", description: "What the database holds" },
    { command: "assay table reward-comparison --format md", description: "Print the ablation table again" }
  ]),
  Command.withSubcommands([run, plan, list, show, table, samples, exportModel, sql, score, evaluate])
)
