/**
 * Takes the pictures of `assay ui` that docs/ shows, light, dark and on a phone, of the quick study in runs.db or
 * the database that is named: `npm run screenshots -- other.db`. It needs a chromium, which `ASSAY_CHROMIUM` may name.
 */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { serve } from "../src/server/http/serve.ts"
import { uiHandler } from "../src/server/ui/handler.ts"
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

const takeAll = async (url: string): Promise<void> => {
  const browser = await launch()
  for (const [name, { path, seen }] of Object.entries(views)) {
    for (const [look, options] of Object.entries(looks)) {
      const page = await browser.newPage(options)
      await page.goto(url + path)
      await page.locator(seen).first().waitFor()
      await page.waitForLoadState("networkidle")
      const file = join(folder, `${name}-${look}.png`)
      // few colours: a picture of letters and lines takes a quarter of the bytes
      const { size } = await sharp(await page.screenshot()).png({ palette: true, colours: 128, effort: 10 }).toFile(file)
      console.log(`${file}: ${size} bytes`)
      await page.close()
    }
  }
  await browser.close()
}

if (executable === undefined) throw new Error("no chromium here; ASSAY_CHROMIUM names one")

await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  const handler = yield* uiHandler({ workspace: at(process.argv[2] ?? "runs.db"), page: readPage(pageFolder) })
  const { url } = yield* serve({ handler })
  yield* Effect.promise(() => takeAll(url))
})))
