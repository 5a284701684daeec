/** Other engines on as many stages that do nothing, one at a time, cold and again; those that are not there are left out, and said. */
import { spawnSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Command from "./command.ts"
import * as Measure from "./measure.ts"

/** A folder with one virtual environment an engine, as `bench/peers/README.md` has them made. */
const environments = process.env["ASSAY_BENCH_ENGINES"] ?? ""

interface Peer {
  readonly name: string
  /** The program that has to be there. */
  readonly program: string
  /** Writes what is to be run into an empty folder, where files are wanted. */
  readonly write?: (folder: string, stages: number) => void
  readonly words: (stages: number) => ReadonlyArray<string>
}

const inEnvironment = (name: string, program = "python"): string => join(environments, name, "bin", program)
const script = (name: string): string => fileURLToPath(new URL(`../peers/engine/${name}.py`, import.meta.url))
const numbers = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

const peers: ReadonlyArray<Peer> = [
  {
    name: "make",
    program: "/usr/bin/make",
    write: (folder, stages) =>
      writeFileSync(join(folder, "Makefile"), `all: ${numbers(stages).map((i) => `s${i}`).join(" ")}\ns%:\n\t@touch $@\n`),
    words: () => ["-s", "-j1"]
  },
  {
    name: "snakemake",
    program: inEnvironment("snakemake", "snakemake"),
    write: (folder, stages) =>
      writeFileSync(
        join(folder, "Snakefile"),
        `rule all:\n  input: expand("s{i}", i=range(${stages}))\nrule noop:\n  output: "s{i}"\n  shell: "touch {output}"\n`
      ),
    words: () => ["--cores", "1", "--quiet", "all"]
  },
  { name: "redun", program: inEnvironment("redun"), words: (stages) => [script("redun_noop"), String(stages)] },
  {
    name: "dvc",
    program: inEnvironment("dvc", "dvc"),
    write: (folder, stages) => {
      const entries = numbers(stages).map((i) => `  s${i}:\n    cmd: touch s${i}\n    outs: [s${i}]\n`)
      writeFileSync(join(folder, "dvc.yaml"), `stages:\n${entries.join("")}`)
      const begun = spawnSync(inEnvironment("dvc", "dvc"), ["init", "--no-scm", "--quiet"], { cwd: folder })
      if (begun.status !== 0) throw new Error(`dvc init: ${begun.stderr}`)
    },
    words: () => ["repro", "--quiet"]
  },
  { name: "hamilton", program: inEnvironment("sf-hamilton"), words: (stages) => [script("hamilton_noop"), String(stages)] },
  { name: "prefect", program: inEnvironment("prefect"), words: (stages) => [script("prefect_noop"), String(stages)] },
  { name: "dagster", program: inEnvironment("dagster"), words: (stages) => [script("dagster_noop"), String(stages)] }
]

/** Nothing of a peer goes to the network, or to anybody's home. */
const quiet = (folder: string) => ({
  ...process.env,
  PATH: `${environments}/snakemake/bin:${process.env["PATH"]}`,
  HOME: folder,
  DAGSTER_HOME: folder,
  DVC_NO_ANALYTICS: "1",
  HAMILTON_TELEMETRY_ENABLED: "false",
  DO_NOT_TRACK: "1",
  PREFECT_HOME: join(folder, "prefect"),
  PREFECT_SERVER_ANALYTICS_ENABLED: "false",
  PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: "120",
  PREFECT_LOGGING_LEVEL: "ERROR"
})

const run = (peer: Peer, folder: string, stages: number): number => {
  const start = performance.now()
  // Dagster logs some twenty lines a stage, more than Node holds unless told
  const ended = spawnSync(peer.program, peer.words(stages), {
    cwd: folder,
    env: quiet(folder),
    encoding: "utf8",
    maxBuffer: Infinity,
    timeout: 20 * 60_000
  })
  if (ended.status !== 0) throw new Error((ended.error?.message ?? ended.stderr).trim().slice(-300))
  return (performance.now() - start) / 1000
}

/** Whole commands, their starting included; and a stage without it: what one stage takes is taken off, and the rest divided. */
const ofPeer = (peer: Peer, stages: number) =>
  Measure.inFolder(async (one) =>
    Measure.inFolder(async (many) => {
      peer.write?.(one, 1)
      peer.write?.(many, stages)
      const least = run(peer, one, 1)
      const leastAgain = run(peer, one, 1)
      const cold = run(peer, many, stages)
      const again = run(peer, many, stages)
      const aStage = (whole: number, start: number) => (whole - start) / (stages - 1)
      return { cold, again, coldStage: aStage(cold, least), cachedStage: aStage(again, leastAgain) }
    }))

/** `assay run`, its starting, type check and report included, as a user has it. */
const assay = (stages: number) => {
  const study = fileURLToPath(new URL("./noopStudy.ts", import.meta.url))
  const within = (folder: string, count: number) => async () => {
    process.env["ASSAY_BENCH_GRID"] = count === 1 ? "1x1" : `${count / Math.min(count, 5)}x${Math.min(count, 5)}`
    await Command.run(["run", study, "--jobs", "1", "--db", join(folder, `${count}.db`), "--json"])
  }
  return Measure.inFolder(async (folder) => {
    const least = await Measure.seconds(within(folder, 1))
    const leastAgain = await Measure.seconds(within(folder, 1))
    const cold = await Measure.seconds(within(folder, stages))
    const again = await Measure.seconds(within(folder, stages))
    return { cold, again, coldStage: (cold - least) / (stages - 1), cachedStage: (again - leastAgain) / (stages - 1) }
  })
}

const numbersOf = async (settings: Measure.Settings, name: string, one: () => Promise<Awaited<ReturnType<typeof assay>>>) => {
  const rounds = await Measure.rounds(settings, name, one)
  const summary = (key: keyof (typeof rounds)[number]) => Measure.summary(rounds.map((round) => round[key]))
  return { rounds: rounds.length, cold: summary("cold"), again: summary("again"), coldStage: summary("coldStage"), cachedStage: summary("cachedStage") }
}

/** Every engine that is there; the slowest take minutes, so each is run three times at most. */
export const measure = async (stages: number, settings: Measure.Settings): Promise<Measure.Json> => {
  const few = { ...settings, rounds: Math.min(3, settings.rounds) }
  const found: { [name: string]: unknown } = { stages, assay: await numbersOf(few, "assay run", () => assay(stages)) }
  for (const peer of peers) {
    if (!existsSync(peer.program)) {
      found[peer.name] = `left out: ${peer.program} is not there; ASSAY_BENCH_ENGINES names the folder of their environments`
      continue
    }
    try {
      found[peer.name] = await numbersOf(few, peer.name, () => ofPeer(peer, stages))
    } catch (cause) {
      found[peer.name] = `failed: ${cause instanceof Error ? cause.message : String(cause)}`
    }
  }
  return found
}
