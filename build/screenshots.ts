/**
 * Takes the pictures of `assay ui` that docs/ shows, light, dark and on a phone, of the quick study in runs.db or
 * the database that is named: `npm run screenshots -- other.db`. It needs a chromium, which `ASSAY_CHROMIUM` may name.
 */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { serve } from "../src/server/http/serve.ts"
import { limits, uiHandler } from "../src/server/ui/handler.ts"
import { pageFolder, readPage } from "../src/server/ui/page.ts"
import { at } from "../src/workspace/index.ts"
import { executable, launch } from "../test/browser/chromium.ts"

const folder = fileURLToPath(new URL("../docs/pictures/ui", import.meta.url))

const of = "experiment=reward-comparison"

/** What is shown of each view, by the name of its pictures; `seen` is there when it is complete. */
const views: { readonly [name: string]: { readonly path: string; readonly seen: string } } = {
  experiments: { path: "/experiments", seen: "tbody tr" },
  ablation: { path: `/ablation?${of}`, seen: "svg.intervals circle" },
  curves: { path: `/curves?${of}`, seen: "canvas" },
  samples: { path: `/samples?${of}`, seen: "main svg image" },
  runs: { path: `/runs?${of}`, seen: "tbody tr" },
  sql: { path: "/sql?query=SELECT+variant%2C+metric%2C+n%2C+mean%2C+ci95+FROM+ablation+WHERE+name+%3D+%27mAP%27", seen: "tbody tr" }
}

const looks = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  narrow: { colorScheme: "light", viewport: { width: 390, height: 780 } }
} as const

type Look = { readonly colorScheme: "light" | "dark"; readonly viewport: { readonly width: number; readonly height: number } }

/** Two pictures with their answers, one above the other. */
const tall = { ...looks.narrow, viewport: { width: 390, height: 1220 } }

type Rows = ReadonlyArray<Readonly<Record<string, number>>>

/** Rows of numbers that only the database knows. */
type Ask = (query: string) => Promise<Rows>

const asking = (url: string): Ask => async (query) => {
  const response = await fetch(`${url}/api/sql/rows.json?${new URLSearchParams({ query })}`)
  if (!response.ok) throw new Error(await response.text())
  return await response.json() as Rows
}

/** Samples of the held-out example that AP50 gained most on over the base model, and the executions and runs that they are of. */
const beside = (ask: Ask) =>
  ask(`
    SELECT a.id AS "left", b.id AS "right", a.stage AS leftStage, b.stage AS rightStage, ra.id AS leftRun, rb.id AS rightRun
    FROM experiment e
    JOIN run ra ON ra.experiment = e.id AND ra.current = 1 AND ra.variant = 'base model' AND ra.seed = 0
    JOIN run rb ON rb.experiment = e.id AND rb.current = 1 AND rb.variant = 'AP50' AND rb.seed = 1
    JOIN run_stage sa ON sa.run = ra.id AND sa.label = 'detection'
    JOIN run_stage sb ON sb.run = rb.id AND sb.label = 'detection'
    JOIN completion a ON a.stage = sa.stage
    JOIN completion b ON b.stage = sb.stage AND b.example = a.example AND a.ordinal = b.ordinal
    WHERE e.name = 'reward-comparison'
    ORDER BY (SELECT sum(value) FROM sample_reward WHERE sample = b.id) - (SELECT sum(value) FROM sample_reward WHERE sample = a.id) DESC, a.ordinal LIMIT 1`)

const curve = "SELECT variant, step, avg(mean) AS mean FROM reward_part WHERE stage = 'loop' AND part = 'format' GROUP BY ordinal, variant, step"

/** Places within the views: each under one look. */
const places: { readonly [name: string]: { readonly look: Look; readonly path: (found: Rows[number]) => string; readonly seen: string } } = {
  "samples-one": { look: looks.light, path: ({ right }) => `/samples?${of}&sample=${right}`, seen: ".one svg image" },
  "samples-pairs": { look: looks.dark, path: ({ leftStage, rightStage }) => `/samples?${of}&left=${leftStage}:0&right=${rightStage}:0`, seen: ".pair svg image" },
  "samples-two-narrow": { look: tall, path: ({ left, right }) => `/samples?${of}&sample=${left}&with=${right}`, seen: ".one svg image" },
  "run-light": { look: looks.light, path: ({ rightRun }) => `/runs?run=${rightRun}`, seen: "table" },
  "difference-light": { look: looks.light, path: ({ leftRun, rightRun }) => `/runs?run=${leftRun}&other=${rightRun}`, seen: "table" },
  "sql-plot": { look: looks.light, path: () => `/sql?${new URLSearchParams({ query: curve, as: "plot", x: "step", y: "mean", by: "variant" })}`, seen: "canvas" }
}

const takeAll = async (url: string): Promise<void> => {
  const browser = await launch()
  const take = async (name: string, look: Look, path: string, seen: string) => {
    const page = await browser.newPage(look)
    await page.goto(url + path)
    await page.locator(seen).first().waitFor()
    await page.waitForLoadState("networkidle")
    const file = join(folder, `${name}.png`)
    // few colours: a picture of letters and lines takes a quarter of the bytes
    const { size } = await sharp(await page.screenshot()).png({ palette: true, colours: 128, effort: 10 }).toFile(file)
    console.log(`${file}: ${size} bytes`)
    await page.close()
  }
  for (const [name, { path, seen }] of Object.entries(views)) {
    for (const [look, options] of Object.entries(looks)) await take(`${name}-${look}`, options, path, seen)
  }
  const [found] = await beside(asking(url))
  if (found === undefined) throw new Error("no example was answered by the base model and under AP50: is it the quick study?")
  for (const [name, { look, path, seen }] of Object.entries(places)) await take(name, look, path(found), seen)
  await browser.close()
}

if (executable === undefined) throw new Error("no chromium here; ASSAY_CHROMIUM names one")

await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  const handler = yield* uiHandler({ workspace: at(process.argv[2] ?? "runs.db"), page: readPage(pageFolder) })
  const { url } = yield* serve({ handler, limits })
  yield* Effect.promise(() => takeAll(url))
})))
