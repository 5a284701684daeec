/**
 * Whole GRPO steps of the study (`pipelines/reward-comparison.ts`, quick scale), as `assay run` does them: prompts, rollout,
 * rewards, update, journal and checkpoints. Which share of them is not spent inside ONNX Runtime?
 */
import { readdirSync, readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Child from "./support/child.ts"
import * as Measure from "./support/measure.ts"
import type { Recorded } from "./support/recordSessions.ts"

/** Most of a step's time that may pass outside of sessions. */
const target = 0.05

interface Step {
  readonly milliseconds: number
  readonly inside: { readonly [kind in Recorded["kind"]]: number }
}

export const step: Measure.Part = async (settings) => {
  const alone = await measure(settings, 1)
  const together = await measure(settings, availableParallelism())
  return { target, alone, together, met: alone.met && together.met }
}

/** `jobs` runs at a time, each with its share of the cores. */
const measure = (settings: Measure.Settings, jobs: number) =>
  Measure.inFolder(async (folder) => {
    // The study writes a checkpoint every ten steps, so that ten steps hold one. The first step compiles sessions, and
    // where the last one ends is not seen; neither counts.
    const steps = (settings.smoke ? settings.rounds : Math.max(10, settings.rounds)) + 2
    Measure.say(`step: ${steps} steps of the study, ${jobs} at a time`)
    await runStudy(folder, steps, jobs)
    const measured = readRuns(folder).flatMap((runs) => stepsOf(runs).slice(1))
    const shareOutside = Measure.summary(measured.map(({ inside, milliseconds }) => 1 - total(inside) / milliseconds))
    const all = Measure.sum(measured.map(({ milliseconds }) => milliseconds))
    const overall = 1 - Measure.sum(measured.map(({ inside }) => total(inside))) / all
    const each = (of: (one: Step) => number) => Measure.summary(measured.map((one) => of(one) / 1000))
    const kinds: ReadonlyArray<Recorded["kind"]> = ["prefill", "decode", "score", "train"]
    return {
      jobs,
      threads: Math.floor(availableParallelism() / jobs),
      // A step in which every group earned the same trains nothing, and counts as a part of the next one.
      steps: measured.length,
      seconds: each(({ milliseconds }) => milliseconds),
      secondsInSessions: Object.fromEntries(kinds.map((kind) => [kind, each(({ inside }) => inside[kind])])),
      shareOutside,
      shareOutsideOverall: overall,
      met: shareOutside.median < target && overall < target
    }
  })

const total = (inside: Step["inside"]): number => Measure.sum(Object.values(inside))

/** `assay run` in a process of its own whose threads record their sessions: one run a job, of different seeds. */
const runStudy = async (folder: string, steps: number, jobs: number): Promise<void> => {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
  const recorder = new URL("./support/recordSessions.ts", import.meta.url).href
  const words = ["run", path("./support/studyLoop.ts"), "--seeds", String(jobs), "--jobs", String(jobs), "--set", `loop.steps=${steps}`]
  const database = join(folder, "runs.db")
  const command = ["--import", recorder, path("../bin/assay.js"), ...words, "--db", database, "--json"]
  await Child.output(command, { ASSAY_BENCH_SESSIONS: folder })
}

/** What ran in each thread that trained. */
const readRuns = (folder: string): ReadonlyArray<ReadonlyArray<Recorded>> => {
  const files = readdirSync(folder).filter((name) => name.startsWith("sessions-"))
  const threads = files.map((name) => {
    const lines = readFileSync(join(folder, name), "utf8").trimEnd().split("\n")
    return lines.map((line) => JSON.parse(line) as Recorded)
  })
  const trained = threads.filter((runs) => runs.some(({ kind }) => kind === "train"))
  if (trained.length === 0) throw new Error("no thread recorded a training step")
  return trained
}

/** A step lasts from the first prefill after the previous step's training to the next step's first prefill. */
const stepsOf = (runs: ReadonlyArray<Recorded>): ReadonlyArray<Step> => {
  const starts = runs.flatMap(({ kind }, i) =>
    kind === "prefill" && (i === 0 || runs[i - 1]!.kind === "train") ? [i] : []
  )
  return starts.slice(0, -1).map((from, s) => {
    const until = starts[s + 1]!
    const inside = { prefill: 0, decode: 0, score: 0, train: 0 }
    for (const { end, kind, start } of runs.slice(from, until)) inside[kind] += end - start
    return { milliseconds: runs[until]!.start - runs[from]!.start, inside }
  })
}
