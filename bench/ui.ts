/**
 * The page of `assay ui`: its bytes, how long its server takes for each answer, and how long until the ablation table stands in a
 * browser; on a database of 1,000 runs, 10 million metric rows and a million samples, and on the quick study's where there is one.
 */
import { existsSync, statSync } from "node:fs"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { chromium } from "playwright-core"
import { pageFolder, readPage } from "../src/server/ui/page.ts"
import * as Large from "./support/largeStore.ts"
import * as Measure from "./support/measure.ts"
import * as Server from "./support/server.ts"

/** Seconds until the ablation table is complete, its plot included. */
const target = 1

const sizes: Large.Sizes = { experiments: 20, variants: 5, seeds: 10, steps: 500, metrics: 20, samples: 1000 }
const smoke: Large.Sizes = { ...sizes, experiments: 2, seeds: 2, steps: 3, samples: 8 }

/** What the views ask, by path: of one experiment in the middle of many. */
const questions = (experiment: string): ReadonlyArray<string> => {
  const of = `experiment=${encodeURIComponent(experiment)}`
  return [
    "/api/experiments",
    `/api/ablation?${of}`,
    `/api/ablation/file?${of}&format=csv`,
    `/api/samples/places?${of}`,
    `/api/samples?${of}&limit=50`
  ]
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

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path))

/** Seconds from the opening of the ablation page, in a browser that has seen nothing of it, to its table and plot. */
const complete = async (settings: Measure.Settings, name: string, url: string, experiment: string) => {
  if (executable === undefined) return { skipped: "no chromium here" }
  const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] })
  try {
    const seconds = await Measure.rounds(settings, `ui, ${name}, page`, async () => {
      const context = await browser.newContext()
      const page = await context.newPage()
      const took = await Measure.seconds(async () => {
        await page.goto(`${url}/ablation?experiment=${encodeURIComponent(experiment)}`)
        await page.locator("svg.intervals circle").first().waitFor()
      })
      await context.close()
      return took
    })
    const summary = Measure.summary(seconds)
    return { seconds: summary, target, met: summary.median <= target }
  } finally {
    await browser.close()
  }
}

/** Server and page on one database. */
const measured = (settings: Measure.Settings, name: string, file: string, experiment: string) =>
  Server.using(["ui", file], async (server) => {
    const answers: Array<readonly [string, Measure.Json]> = []
    for (const path of questions(experiment)) {
      const rounds = await Measure.rounds(settings, `ui, ${name}, ${path}`, async () => {
        const before = await server.processorSeconds()
        let bytes = 0
        const seconds = await Measure.seconds(async () => {
          const response = await fetch(server.url + path)
          if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
          bytes = (await response.arrayBuffer()).byteLength
        })
        return { seconds, processor: await server.processorSeconds() - before, bytes }
      })
      answers.push([path, {
        seconds: Measure.summary(rounds.map(({ seconds }) => seconds)),
        processorSeconds: Measure.summary(rounds.map(({ processor }) => processor)),
        bytes: rounds[0]!.bytes
      }])
    }
    const page = await complete(settings, name, server.url, experiment)
    return { bytesOfDatabase: statSync(file).size, page, ...Object.fromEntries(answers) }
  })

/** The quick study's database, where `npm start` has made it. */
const quick = "runs.db"

export const ui: Measure.Part = (settings) =>
  Measure.inFolder(async (folder) => {
    const wanted = settings.smoke ? smoke : sizes
    const large = Large.pathsIn(folder, "large")
    const metricRows = await Large.write(large.file, large.objects, wanted)
    const runs = wanted.experiments * wanted.variants * wanted.seeds
    return {
      page: pageBytes(),
      large: {
        runs,
        metricRows,
        samples: runs * wanted.samples,
        ...(await measured(settings, "large", large.file, Large.experimentName(Math.floor(wanted.experiments / 2))))
      },
      quick: existsSync(quick) ? await measured(settings, "quick", quick, "reward-comparison") : { skipped: "`npm start` makes its database" }
    }
  })
