/**
 * The page of `assay ui`: its bytes, how long its server takes for each answer, and how long until the ablation table stands in a
 * browser; on a database of 1,000 runs, 10 million metric rows and a million samples, and on the quick study's where there is one.
 */
import { existsSync, statSync } from "node:fs"
import { brotliCompressSync, gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import { pageFolder, readPage } from "../src/server/ui/page.ts"
import * as Workspace from "../src/workspace/index.ts"
import { executable, launch } from "../test/browser/chromium.ts"
import * as Large from "./support/largeStore.ts"
import * as Measure from "./support/measure.ts"
import * as Server from "./support/server.ts"

/** Seconds until a view is complete. */
const target = 1

const sizes: Large.Sizes = { experiments: 20, variants: 5, seeds: 10, steps: 500, metrics: 20, samples: 1000 }
const smoke: Large.Sizes = { ...sizes, experiments: 2, seeds: 2, steps: 3, samples: 8 }

/** Studies of long runs: 15 of them, as most have, and a thousand. */
const longSizes: Large.Sizes = { experiments: 1, variants: 3, seeds: 5, steps: 10_000, metrics: 20, samples: 8 }
const manySizes: Large.Sizes = { ...longSizes, variants: 100, seeds: 10, metrics: 1 }

/** Seconds until a curve of 15 long runs is answered. */
const curveTarget = 0.5

/** What the questions are about: an experiment, and something that it recorded over steps. */
interface Named {
  readonly experiment: string
  /** Its metric with a curve. */
  readonly curve: string
  /** A part of the reward that its evaluations judge by. */
  readonly part: string
}

interface Subject extends Named {
  /** Numbers of two runs whose evaluations answered the same questions, and those of the evaluations' stages. */
  readonly runs: readonly [number, number]
  readonly stages: readonly [number, number]
}

/** The first and the last run of an experiment that was evaluated. */
const subjectIn = (file: string, named: Named): Effect.Effect<Subject, unknown> =>
  Effect.map(
    Workspace.sql(Workspace.at(file), `
      SELECT r.id, rs.stage FROM experiment e JOIN run r ON r.experiment = e.id AND r.current JOIN run_stage rs ON rs.run = r.id
      JOIN stage s ON s.id = rs.stage AND s.kind = 'evaluate'
      WHERE e.name = '${named.experiment}' GROUP BY r.id ORDER BY r.id`),
    ({ rows }) => {
      const [first, last] = [rows[0]!, rows.at(-1)!].map((row) => row.map(Number))
      return { ...named, runs: [first![0]!, last![0]!], stages: [first![1]!, last![1]!] }
    }
  )

const asked = (path: string, parameters: { readonly [name: string]: string | number }): string =>
  `${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]))}`

const curvePath = ({ curve, experiment }: Subject, show: string, smoothing: number): string =>
  asked("/api/curves", { experiment, kind: "metric", name: curve, show, smoothing, width: 1200 })

/** What the views ask, by what they show: of one experiment in the middle of many. */
const questions = (subject: Subject): { readonly [name: string]: string } => {
  const { experiment, part, runs: [run, other], stages: [left, right] } = subject
  return {
    experiments: "/api/experiments",
    ablation: asked("/api/ablation", { experiment }),
    "ablation as csv": asked("/api/ablation/file", { experiment, format: "csv" }),
    "places of samples": asked("/api/samples/places", { experiment }),
    "samples, 50": asked("/api/samples", { experiment, limit: 50 }),
    "samples, the worst 50 by a part": asked("/api/samples", { experiment, run: other, part, sort: "value", limit: 50 }),
    "pairs of samples": asked("/api/samples/pairs", { left: `${left}:0`, right: `${right}:0`, experiment }),
    "kinds of curves": asked("/api/curves/choices", { experiment }),
    "curve, a band": curvePath(subject, "interval", 0),
    "curve, smoothed lines": curvePath(subject, "lines", 0.9),
    runs: asked("/api/runs", { experiment }),
    "one run": asked("/api/runs/one", { run }),
    "two runs": asked("/api/runs/difference", { run, other }),
    "sql, one view": asked("/api/sql", { query: `SELECT * FROM ablation WHERE experiment = '${experiment}'` })
  }
}

/** Bytes of what a browser fetches for the first view, and for all of them. */
const pageBytes = () => {
  const files = [...readPage(pageFolder)]
  const size = (names: ReadonlyArray<string>, pack: (bytes: Uint8Array) => Uint8Array) =>
    Measure.sum(files.filter(([name]) => names.includes(name)).map(([, { bytes }]) => pack(bytes).length))
  const all = files.map(([name]) => name)
  const index = new TextDecoder().decode(readPage(pageFolder).get("/index.html")!.bytes)
  const first = all.filter((name) => name === "/index.html" || index.includes(`"${name}"`))
  const bytes = (names: ReadonlyArray<string>) => ({
    plain: size(names, (bytes) => bytes),
    gzip: size(names, gzipSync),
    brotli: size(names, brotliCompressSync)
  })
  return { first: bytes(first), all: bytes(all) }
}

/** Every view with what stands in it once it is complete. */
const views = ({ curve, experiment, runs: [run, other] }: Subject): { readonly [view: string]: readonly [path: string, seen: string] } => ({
  experiments: ["/experiments", "table tbody tr"],
  ablation: [asked("/ablation", { experiment }), "svg.intervals circle"],
  curves: [asked("/curves", { experiment, metric: curve }), "[role=img] canvas"],
  samples: [asked("/samples", { experiment }), "article.card"],
  runs: [asked("/runs", { run }), "h2:has-text('Last numbers')"],
  "two runs": [asked("/runs", { run, other }), "h2:has-text('Stages'), h2:has-text('Environment')"],
  sql: [asked("/sql", { query: `SELECT * FROM ablation WHERE experiment = '${experiment}'` }), "tbody tr"]
})

/** Seconds from the opening of each view, in a browser that has seen nothing of it, until it is complete. */
const complete = async (settings: Measure.Settings, name: string, url: string, subject: Subject) => {
  if (executable === undefined) return { skipped: "no chromium here" }
  const browser = await launch()
  try {
    const pages: { [view: string]: Measure.Json } = {}
    for (const [view, [path, seen]] of Object.entries(views(subject))) {
      const seconds = await Measure.rounds(settings, `ui, ${name}, page ${view}`, async () => {
        const context = await browser.newContext()
        const page = await context.newPage()
        const took = await Measure.seconds(async () => {
          await page.goto(url + path)
          await page.locator(seen).first().waitFor()
        })
        await context.close()
        return took
      })
      const summary = Measure.summary(seconds)
      pages[view] = { seconds: summary, target, met: summary.median <= target }
    }
    return pages
  } finally {
    await browser.close()
  }
}

/** Seconds, processor time and bytes of the server's answers to questions. */
const answered = async (settings: Measure.Settings, name: string, server: Server.Server, paths: { readonly [question: string]: string }) => {
  const answers: { [question: string]: Measure.Json & { readonly seconds: { readonly median: number } } } = {}
  for (const [question, path] of Object.entries(paths)) {
    const rounds = await Measure.rounds(settings, `ui, ${name}, ${question}`, async () => {
      const before = await server.processorSeconds()
      let bytes = 0
      const seconds = await Measure.seconds(async () => {
        const response = await fetch(server.url + path)
        if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
        bytes = (await response.arrayBuffer()).byteLength
      })
      return { seconds, processor: await server.processorSeconds() - before, bytes }
    })
    answers[question] = {
      seconds: Measure.summary(rounds.map(({ seconds }) => seconds)),
      processorSeconds: Measure.summary(rounds.map(({ processor }) => processor)),
      bytes: rounds[0]!.bytes
    }
  }
  return answers
}

/** Server and page on one database. */
const measured = async (settings: Measure.Settings, name: string, file: string, named: Named) => {
  const subject = await Effect.runPromise(subjectIn(file, named))
  return Server.using(["ui", file], async (server) => ({
    bytesOfDatabase: statSync(file).size,
    pages: await complete(settings, name, server.url, subject),
    answers: await answered(settings, name, server, questions(subject))
  }))
}

/** Long curves: a band of a server that has read nothing yet, then that band again and smoothed lines of one that has. */
const long = async (settings: Measure.Settings, folder: string, name: string, { steps, ...wanted }: Large.Sizes) => {
  const { file, objects } = Large.pathsIn(folder, name)
  await Large.write(file, objects, { ...wanted, steps: 2 })
  Large.lengthen(file, steps)
  const named = { experiment: Large.experimentName(0), curve: "loop/reward", part: "ap" }
  const subject = await Effect.runPromise(subjectIn(file, named))
  const path = curvePath(subject, "interval", 0)
  const first = await Measure.rounds(settings, `ui, ${name}, a curve of a fresh server`, () =>
    Server.using(["ui", file], (server) => Measure.seconds(async () => (await fetch(server.url + path)).arrayBuffer())))
  const summary = Measure.summary(first)
  const again = await Server.using(["ui", file], (server) =>
    answered(settings, name, server, { "a band": path, "smoothed lines": curvePath(subject, "lines", 0.9) }))
  return { runs: wanted.variants * wanted.seeds, steps, seconds: summary, again }
}

/** The quick study's database, where `npm start` has made it. */
const quick = "runs.db"

export const ui: Measure.Part = (settings) =>
  Measure.inFolder(async (folder) => {
    const wanted = settings.smoke ? smoke : sizes
    const large = Large.pathsIn(folder, "large")
    const metricRows = await Large.write(large.file, large.objects, wanted)
    const runs = wanted.experiments * wanted.variants * wanted.seeds
    const middle = { experiment: Large.experimentName(Math.floor(wanted.experiments / 2)), curve: "loop/reward", part: "ap" }
    const ofQuick = { experiment: "reward-comparison", curve: "loop/reward", part: "format" }
    const longRuns = await long(settings, folder, "long", settings.smoke ? { ...longSizes, steps: 30 } : longSizes)
    return {
      page: pageBytes(),
      large: { runs, metricRows, samples: runs * wanted.samples, ...(await measured(settings, "large", large.file, middle)) },
      long: { ...longRuns, target: curveTarget, met: longRuns.seconds.median <= curveTarget },
      many: await long(settings, folder, "many", settings.smoke ? { ...manySizes, seeds: 1, steps: 30 } : manySizes),
      quick: existsSync(quick) ? await measured(settings, "quick", quick, ofQuick) : { skipped: "`npm start` makes its database" }
    }
  })
