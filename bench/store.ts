/**
 * Tables and views of one experiment in a database of 1,000 runs and ten million metric rows: processor time of the command
 * beyond that of the same command on a database of a single short run.
 */
import { statSync } from "node:fs"
import * as Command from "./support/command.ts"
import * as Large from "./support/largeStore.ts"
import * as Measure from "./support/measure.ts"

/** Seconds of processor time beyond start-up. */
const target = 0.2

const sizes: Large.Sizes = { experiments: 20, variants: 5, seeds: 10, steps: 500, metrics: 20, samples: 8 }
const short: Large.Sizes = { ...sizes, experiments: 1, variants: 2, seeds: 1, steps: 1 }
const smoke: Large.Sizes = { ...sizes, experiments: 2, seeds: 2, steps: 3 }

const views = ["final_metric", "ablation", "paired", "gain", "missing", "reward_part", "token_statistics"]

/** The commands, by name, about an experiment in the middle of the database. */
const commands = (experiment: string): { readonly [name: string]: ReadonlyArray<string> } => ({
  table: ["table", experiment],
  list: ["list"],
  ...Object.fromEntries(views.map((view) => [view, ["sql", `SELECT * FROM ${view} WHERE experiment = '${experiment}'`, "--csv"]])),
  learning_curve: [
    "sql",
    `SELECT variant, step, avg(value) FROM learning_curve WHERE experiment = '${experiment}' AND metric = 'loop/reward' GROUP BY 1, 2`,
    "--csv"
  ]
})

export const store: Measure.Part = (settings) =>
  Measure.inFolder(async (folder) => {
    const wanted = settings.smoke ? smoke : sizes
    const [small, large] = [Large.pathsIn(folder, "small"), Large.pathsIn(folder, "large")]
    await Large.write(small.file, small.objects, short)
    let rows = 0
    const writing = await Measure.seconds(async () => {
      rows = await Large.write(large.file, large.objects, wanted)
    })
    const ours = Object.entries(commands(Large.experimentName(Math.floor(wanted.experiments / 2))))
    const startUp = commands(Large.experimentName(0))
    const measured: Array<readonly [string, Measure.Json & { readonly met: boolean }]> = []
    for (const [name, words] of ours) {
      const rounds = await Measure.rounds(settings, `store, ${name}`, async () => {
        const least = await Command.run([...startUp[name]!, "--db", small.file])
        const whole = await Command.run([...words, "--db", large.file])
        return { beyond: whole.cpu - least.cpu, startUp: least.cpu, bytesPrinted: whole.bytesPrinted }
      })
      const beyond = Measure.summary(rounds.map((round) => round.beyond))
      measured.push([name, {
        secondsBeyondStartUp: beyond,
        secondsOfStartUp: Measure.summary(rounds.map((round) => round.startUp)),
        bytesPrinted: rounds[0]!.bytesPrinted,
        met: beyond.median <= target
      }])
    }
    return {
      ...wanted,
      runs: wanted.experiments * wanted.variants * wanted.seeds,
      metricRows: rows,
      bytes: statSync(large.file).size,
      metricRowsPerSecondWritten: Math.round(rows / writing),
      target,
      met: measured.every(([, { met }]) => met),
      ...Object.fromEntries(measured)
    }
  })
