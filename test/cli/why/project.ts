/** A small project of somebody's: a study, its stages, and helpers that these call, some of them by way of others. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assayBin, start, temporary } from "../support.ts"

const toy = fileURLToPath(new URL("../../pipeline/toy.ts", import.meta.url))
const root = fileURLToPath(new URL("../../../", import.meta.url))

const files: { readonly [path: string]: string } = {
  "package.json": JSON.stringify({ name: "somebodys", type: "module" }),
  "node_modules/twice/package.json": JSON.stringify({ name: "twice", version: "1.2.3", type: "module", main: "main.js", dependencies: { sums: "^2.0.0" } }),
  "node_modules/sums/package.json": JSON.stringify({ name: "sums", version: "2.0.0" }),
  "node_modules/twice/main.js": "export const twice = (value) => 2 * value\n",
  // a compiler of its own that has nothing to say: what runs again does not hang on types
  "node_modules/typescript/package.json": JSON.stringify({ name: "typescript", version: "7.0.0", type: "module" }),
  "node_modules/typescript/bin/tsc": "",
  "lib/limits.ts": "export const ceiling = 8\n",
  "lib/normalise.ts": `import { ceiling } from "./limits.ts"

export const normalise = (value: number): number => {
  const share = value / ceiling
  return share > 1 ? 1 : share
}
`,
  "stages.ts": `import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Random, Stage } from "assay"
import { Metric, Recorder, StageKey } from "assay/engine"
import { appendFileSync, existsSync } from "node:fs"
import { twice } from "twice"
import { normalise } from "./lib/normalise.ts"

export const numbers = Stage.define({
  kind: "data",
  name: "numbers",
  module: import.meta.url,
  config: Schema.Struct({ to: Schema.Int, wording: Schema.String }),
  run: ({ to }) => Effect.sync(() => {
    appendFileSync("ran.txt", "numbers\\n")
    return Array.from({ length: to }, (_, i) => i)
  })
})

export const measure = Stage.define({
  kind: "evaluate",
  name: "measure",
  module: import.meta.url,
  config: Schema.Struct({ weight: Schema.Finite, pause: Schema.Finite }),
  random: true,
  gives: "input",
  metrics: [Metric.make("score", "", "higher", "number")],
  run: ({ pause, weight }, input: ReadonlyArray<number>) =>
    Effect.gen(function*() {
      const key = yield* StageKey
      appendFileSync("ran.txt", \`measure \${weight}\\n\`)
      if (weight === 2 && existsSync("broken")) throw new Error("this cell is broken")
      yield* Effect.sleep(pause)
      const sum = input.reduce((total, value) => total + normalise(twice(value)), 0)
      ;(yield* Recorder).metric("score", weight * sum + Random.uniformAt(key, 0))
    })
})
`,
  "study.ts": `import { Experiment, Pipeline } from "assay"
import { vector } from ${JSON.stringify(toy)}
import { measure, numbers } from "./stages.ts"

export default Experiment.make("peers", {
  question: "What runs again?",
  policy: vector({ size: 1 }),
  seeds: 2,
  axes: { weight: { one: measure({ weight: 1, pause: 0 }), two: measure({ weight: 2, pause: 0 }) } },
  baseline: { weight: "one" },
  pipeline: ({ weight }) => Pipeline.from(numbers({ to: 5, wording: "Please count the numbers that follow, and answer in <answer> tags." })).pipe(weight),
  table: { metrics: ["score"] }
})
`
}

/** The project in a folder of its own, for a program. */
export const project = (program = assayBin) => {
  const { folder, remove } = temporary()
  const at = (path: string) => join(folder, path)
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  for (const name of ["effect"]) symlinkSync(join(root, "node_modules", name), at(join("node_modules", name)))
  const read = (path: string): string => readFileSync(at(path), "utf8")
  return {
    folder,
    remove,
    at,
    write,
    read,
    /** Replaces a piece of a file. Throws where it is not there. */
    edit: (path: string, from: string, to: string): void => {
      if (!read(path).includes(from)) throw new Error(`${path} has no ${from}`)
      write(path, read(path).replace(from, to))
    },
    /** Every file as it was at first. */
    restore: (): void => {
      for (const [path, text] of Object.entries(files)) if (read(path) !== text) write(path, text)
    },
    touch: (): void => {
      for (const path of Object.keys(files)) utimesSync(at(path), new Date(), new Date())
    },
    /** What stages ran since it was last asked. */
    ran: (): ReadonlyArray<string> => {
      const lines = existsSync(at("ran.txt")) ? read("ran.txt").split("\n").filter((line) => line !== "") : []
      write("ran.txt", "")
      return lines
    },
    append: (path: string, text: string): void => appendFileSync(at(path), text),
    assay: (...args: ReadonlyArray<string>) => start(folder, args, undefined, program).ended,
    start: (...args: ReadonlyArray<string>) => start(folder, args, undefined, program)
  }
}
