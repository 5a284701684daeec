/**
 * What the engine itself takes: stages that do nothing, cold and answered from the journal, plans, rows, starting, memory; beside
 * what the machine takes to put one block on its disk, and beside other engines on stages that do nothing either.
 */
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Child from "./support/child.ts"
import * as Command from "./support/command.ts"
import * as Peers from "./support/enginePeers.ts"
import * as Ingest from "./support/ingest.ts"
import * as Measure from "./support/measure.ts"
import { shareOutside } from "./support/shareOutside.ts"

/** Seconds, seconds a stage, rows a second, bytes a row, a share. */
const targets = {
  coldStage: 1e-3,
  cachedStage: 0.05e-3,
  plan: 2,
  rerun: 1,
  help: 0.2,
  metricRowsPerSecond: 300_000,
  samplesPerSecond: 20_000,
  bytesPerMetricRow: 30,
  shareOutside: 0.01
} as const

const sizes = { stages: [1000, 5], plan: [10_000, 6], memory: [1000, 5000, 10_000], peers: 1000, ingest: { metrics: 25_600, samples: 640 } } as const
const smoke = { stages: [4, 2], plan: [5, 2], memory: [4, 6, 8], peers: 3, ingest: { metrics: 40, samples: 2 } } as const

interface Took {
  readonly seconds: number
  readonly cpu: number
}

interface Ran {
  readonly stages: number
  readonly declare: Took
  readonly plan: Took
  readonly run: Took
  readonly bytesPlanned: number
  readonly heapPlanned: number
  readonly heapRun: number
  readonly bytes: number
}

const child = fileURLToPath(new URL("./support/engineChild.ts", import.meta.url))

/** One process that runs the grid in a folder; with "plan" it stops before running it. */
const grid = async (folder: string, cells: number, stages: number, what: "plan" | "run" | "memory" = "run"): Promise<Ran> =>
  JSON.parse(await Child.output([child, folder, what], {
    ASSAY_BENCH_GRID: `${cells}x${stages}`,
    NODE_COMPILE_CACHE: join(folder, "..", "compiled") // as the command has one
  })) as Ran

/** Seconds that each of some appended blocks takes until it is on the disk: no durable engine can be faster with one at a time. */
const syncs = (folder: string, count = 100): ReadonlyArray<number> => {
  const file = openSync(join(folder, "synced"), "w")
  const block = Buffer.alloc(4096, 1)
  const taken = Array.from({ length: count }, () => {
    writeSync(file, block)
    const start = performance.now()
    fsyncSync(file)
    return (performance.now() - start) / 1000
  })
  closeSync(file)
  return taken
}

const over = (rounds: ReadonlyArray<number>, target: number, worse: (median: number) => boolean) => {
  const summary = Measure.summary(rounds)
  return { ...summary, target, met: !worse(summary.median) }
}

const atMost = (rounds: ReadonlyArray<number>, target: number) => over(rounds, target, (median) => median > target)
const atLeast = (rounds: ReadonlyArray<number>, target: number) => over(rounds, target, (median) => median < target)

export const engine: Measure.Part = (settings) =>
  Measure.inFolder(async (folder) => {
    const wanted = settings.smoke ? smoke : sizes
    const fresh = () => mkdtempSync(join(folder, "grid-"))
    const [cells, each] = wanted.stages
    /** A folder whose database knows the study's code: what that is made of is noted once, which takes the bundler's time and memory. */
    const known = async () => {
      const place = fresh()
      await grid(place, 1, each)
      return place
    }
    await grid(fresh(), 1, 2) // so that what is compiled is there
    const rounds = await Measure.rounds(settings, "engine", async () => {
      const place = fresh()
      const synced = Measure.median(syncs(place))
      const cold = await grid(place, cells, each)
      const again = await grid(place, cells, each)
      const least = await grid(place, 1, each) // what planning takes for any study: code, versions, git
      const planned = await grid(await known(), wanted.plan[0], wanted.plan[1], "plan")
      const help = await Command.run(["--help"])
      return { synced, cold, again, least, planned, help, ingested: await Ingest.measure(wanted.ingest) }
    })
    const column = (of: (round: (typeof rounds)[number]) => number) => rounds.map(of)
    const stages = cells * each
    const memory = []
    for (const count of wanted.memory) {
      const { bytes, bytesPlanned, heapPlanned, heapRun } = await grid(await known(), count, each, "memory")
      memory.push({ cells: count, bytesPlanned, bytesAtMost: bytes, heapPlanned, heapGrownACell: (heapRun - heapPlanned) / count })
    }
    const outside = existsSync("runs.db") ? shareOutside("runs.db") : undefined
    return {
      sync: Measure.summary(column(({ synced }) => synced)),
      coldStage: { stages, ...atMost(column(({ cold }) => cold.run.seconds / stages), targets.coldStage) },
      coldStageCpu: Measure.summary(column(({ cold }) => cold.run.cpu / stages)),
      cachedStage: atMost(
        column(({ again, least }) => (again.plan.seconds + again.run.seconds - least.plan.seconds - least.run.seconds) / stages),
        targets.cachedStage
      ),
      rerun: { cells, ...atMost(column(({ again }) => again.plan.seconds + again.run.seconds), targets.rerun) },
      plan: { cells: wanted.plan[0], stages: wanted.plan[1], ...atMost(column(({ planned }) => planned.plan.seconds), targets.plan) },
      help: atMost(column(({ help }) => help.cpu), targets.help),
      metricRowsPerSecond: atLeast(column(({ ingested }) => ingested.metricRowsPerSecond), targets.metricRowsPerSecond),
      metricRowsPerSecondOfTraining: Measure.summary(column(({ ingested }) => ingested.metricRowsPerSecondOfTraining)),
      samplesPerSecond: atLeast(column(({ ingested }) => ingested.samplesPerSecond), targets.samplesPerSecond),
      bytesPerMetricRow: atMost(column(({ ingested }) => ingested.bytesPerMetricRow), targets.bytesPerMetricRow),
      memory,
      shareOutside: outside === undefined
        ? "left out: there is no runs.db of the quick study here"
        : outside.map((one) => ({ ...one, target: targets.shareOutside, met: one.share < targets.shareOutside })),
      peers: await Peers.measure(wanted.peers, settings)
    }
  })
