/** The whole command line: to add a command takes its folder and a line here. */
import * as Command from "effect/cli/Command"
import { bootstrap } from "./bootstrap/index.ts"
import { check } from "./check/index.ts"
import { data } from "./data/index.ts"
import { diff } from "./diff/index.ts"
import { doctor } from "./doctor/index.ts"
import { evaluate } from "./evaluate/index.ts"
import { explain } from "./explain/index.ts"
import { exportModel } from "./export/index.ts"
import { figure } from "./figure/index.ts"
import { gc } from "./gc/index.ts"
import { importCommand } from "./import/index.ts"
import { init } from "./init/index.ts"
import { list } from "./list/index.ts"
import { logs } from "./logs/index.ts"
import { metrics } from "./metrics/index.ts"
import { pack } from "./pack/index.ts"
import { plan } from "./plan/index.ts"
import { power } from "./power/index.ts"
import { report } from "./report/index.ts"
import { rerun } from "./rerun/index.ts"
import { rm } from "./rm/index.ts"
import { run } from "./run/index.ts"
import { samples } from "./samples/index.ts"
import { score } from "./score/index.ts"
import { serve } from "./serve/index.ts"
import { show } from "./show/index.ts"
import { sql } from "./sql/index.ts"
import { status } from "./status/index.ts"
import { table } from "./table/index.ts"
import { ui } from "./ui/index.ts"
import { unpack } from "./unpack/index.ts"
import { verify } from "./verify/index.ts"
import { worker } from "./worker/index.ts"

export const assay = Command.make("assay").pipe(
  Command.withDescription(
    "Run experiments on vision-language detectors, and read what came out of them.\n\n" +
      "Exit codes: 0 done, 1 a run failed, a number is below what --fail-under asks, or `assay doctor --strict` finds a reward ill,\n" +
      "2 a wrong word on the command line, 3 a wrong study, config, data set or model, 4 `assay verify` or `assay rerun` found a\n" +
      "number that differs, 130 interrupted (the same command goes on)."
  ),
  Command.withExamples([
    { command: "assay run pipelines/reward-comparison.ts", description: "Run a study and print its table" },
    { command: "assay list", description: "What the database holds" },
    { command: "assay table reward-comparison --format md", description: "Print the ablation table again" }
  ]),
  Command.withSubcommands([
    { group: "Studies", commands: [init, check, plan, explain, run, worker, status] },
    {
      group: "Results",
      commands: [list, show, diff, logs, table, power, bootstrap, samples, figure, report, ui, sql, metrics, verify, rerun, exportModel, importCommand, pack, unpack, rm, gc]
    },
    { group: "Without a study", commands: [score, evaluate, doctor, data, serve] }
  ])
)
