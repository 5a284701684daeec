/** What modules do on loading counts, and what only gives a value does not. */
import { assert, beforeAll, describe, it } from "vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import * as CodeHash from "../../../src/pipeline/plan/CodeHash.ts"

type Files = { readonly [file: string]: string }

/** Hash of `measure` in `stage.ts`, in a fresh folder with these files and links. */
const hashOf = async (files: Files, links: Files = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-effects-"))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  for (const [link, target] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, link)), { recursive: true })
    symlinkSync(join(folder, target), join(folder, link))
  }
  try {
    const { hash } = await Effect.runPromise(CodeHash.make()({ module: pathToFileURL(join(folder, "stage.ts")).href, export: "measure" }))
    return hash
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const table = "export const table = new Map<string, number>()"
const reads = `import { table } from "./table.ts"\nexport const measure = () => [...table.values()]`

/** An edit of `v / 2` or `1` in one of the files. */
const counts: { readonly [what: string]: Files } = {
  "a rule that adds itself to a list": {
    "stage.ts": `import { rules } from "./rules.ts"\nexport const measure = (v: number) => rules.map((rule) => rule(v))`,
    "rules.ts": "export const rules: Array<(v: number) => number> = []\nconst rule = (f: (v: number) => number) => { rules.push(f); return f }\n" +
      "export const third = rule((v) => v / 3)\nexport const half = rule((v) => v / 2)"
  },
  "a rule added by another module's function": {
    "stage.ts": `import { rule, rules } from "./rules.ts"\nexport const half = rule((v) => v / 2)\nexport const measure = (v: number) => rules.map((f) => f(v))`,
    "rules.ts": "export const rules: Array<(v: number) => number> = []\nexport function rule(f: (v: number) => number) { rules.push(f); return f }"
  },
  "a module that is imported for what it does": {
    "stage.ts": `import "./register.ts"\n${reads}`,
    "table.ts": table,
    "register.ts": `import { table } from "./table.ts"\ntable.set("a", 1)`
  },
  "a module that changes what it passes on": {
    "stage.ts": `import { table } from "./index.ts"\nexport const measure = () => [...table.values()]`,
    "index.ts": `import { table } from "./table.ts"\ntable.set("a", 1)\nexport { table }\nexport * from "./table.ts"`,
    "table.ts": table
  },
  "a call that fills a table": {
    "stage.ts": `const table = new Map<string, number>()\nconst add = (name: string, value: number) => { table.set(name, value); return value }\n` +
      `const a = add("a", 1)\nexport const measure = () => [...table.values()]`
  },
  "a method that fills a table": { "stage.ts": `${reads}\nconst filled = table.set("a", 1)`, "table.ts": table },
  "a call that assigns a variable": {
    "stage.ts": "let state = 0\nconst set = (value: number) => { state = value }\nconst done = set(1)\nexport const measure = () => state"
  },
  "a loop over entries that registers": {
    "stage.ts": `${reads}\nconst all = ["a"].map((name) => table.set(name, 1))`,
    "table.ts": table
  },
  "a class whose construction registers": {
    "stage.ts": `${reads}\nclass Entry { constructor(value: number) { table.set("a", value) } }\nexport const entry = new Entry(1)`,
    "table.ts": table
  }
}

const constructor = `import * as Schema from "effect/Schema"
import { Experiment, Pipeline, Policy, Stage } from "assay"
import { numbers } from "./numbers.ts"
import * as Numbers from "./numbers.ts"
const atLeast = (n: number) => Stage.define({ kind: "filter", name: "over", module: import.meta.url, config: Schema.Struct({}), run: (_, v: number) => v >= n })
const none = Policy.define({ name: "none", module: import.meta.url, config: Schema.Struct({ size: Schema.Int }), offers: [], layer: () => Policy.stateless })
const sums = [1, 2].map((value) => value * 2)
const indexOf = (names: ReadonlyArray<string>) => { const found = new Map<string, number>(); names.forEach((name, i) => found.set(name, i)); return found }
export const measure = (value: number) => value / 2
`

/** An edit of \`1\` in what is added to `constructor`. */
const left: { readonly [what: string]: string } = {
  "a constructor made by a function beside it": "export const over = atLeast(1)",
  "a node of a constructor that is made here": "export const policy = none({ size: 1 })",
  "a node of a constructor from another module": "export const data = numbers({ count: 1 })",
  "a node of one that another module has in all its exports": "export const data = Numbers.numbers({ count: 1 })",
  "a study": `export default Experiment.make("s", { question: "?", policy: none({ size: 1 }), seeds: 1, axes: { at: { low: atLeast(1)({}) } },
    pipeline: ({ at }) => Pipeline.from(numbers({ count: 3 })).pipe(at), table: { metrics: [] } })`,
  "a table that a function fills and gives": `export const index = indexOf(["a", "1"])`,
  "a list made of a list": "export const more = sums.map((value) => value + 1)",
  "a tagged template": "export const text = String.raw`1`",
  "a spread": "export const list = [...new Set([1])]",
  "the environment": `export const home = process.env["HOME"] + "1"`,
  "a text with a value in it": "export const text = `1 ${sums}`"
}

const numbers = `import * as Schema from "effect/Schema"
import { Stage } from "assay"
export const numbers = Stage.define({ kind: "data", name: "numbers", module: import.meta.url, config: Schema.Struct({ count: Schema.Int }), run: ({ count }, _: void) => count })`

describe("what is done on loading", () => {
  for (const [what, files] of Object.entries(counts)) {
    it(`counts: ${what}`, async () => {
      const edited = Object.fromEntries(Object.entries(files).map(([file, text]) =>
        [file, text.replaceAll("v / 2", "v / 4").replaceAll(`"a", 1`, `"a", 2`).replaceAll("(1)", "(2)").replaceAll("name, 1", "name, 2")]))
      assert.notDeepEqual(edited, files)
      assert.notStrictEqual(await hashOf(edited), await hashOf(files))
    })
  }

  describe("does not count where it only gives a value", () => {
    const hashWith = (more: string) => hashOf({ "stage.ts": `${constructor}${more}`, "numbers.ts": numbers })
    let without: string
    beforeAll(async () => {
      without = await hashWith("")
    })
    it.each(Object.entries(left))("%s", async (_, text) => {
      assert.strictEqual(await hashWith(text), without)
      assert.strictEqual(await hashWith(text.replaceAll("1", "7")), without)
    })
  })
})

describe("the user's own code under a name", () => {
  const half = (by: number) => `export const half = (value: number) => value / ${by}`
  const stage = (specifier: string) => `import { half } from "${specifier}"\nexport const measure = half`
  const own = JSON.stringify({ name: "me", type: "module", imports: { "#lib/*": "./lib/*" }, exports: { "./*": "./*" } })
  const lib = JSON.stringify({ name: "lib", type: "module", version: "1.0.0", exports: "./half.ts" })

  const follows = async (specifier: string, links: Files = {}) => {
    const files = (by: number) => ({ "package.json": own, "stage.ts": stage(specifier), "lib/package.json": lib, "lib/half.ts": half(by) })
    assert.notStrictEqual(await hashOf(files(3), links), await hashOf(files(2), links))
    assert.strictEqual(await hashOf(files(2), links), await hashOf({ ...files(2), "stage.ts": stage("./lib/half.ts") }, links))
  }

  it("is followed: a package of the same workspace", () => follows("lib", { "node_modules/lib": "lib" }))
  it("is followed: the package itself", () => follows("me/lib/half.ts"))
  it("is followed: an import that begins with #", () => follows("#lib/half.ts"))

  it("says what a name that leads nowhere is", async () => {
    const files = { "package.json": own, "stage.ts": stage("#rib/half.ts") }
    const said = await hashOf(files).then(() => "", (error: unknown) => String(error))
    assert.match(said, /"#rib\/half\.ts" is found nowhere, as .*stage\.ts imports it/)
  })
})

describe("code that is imported while a stage runs", () => {
  const half = (by: number) => `export const half = (value: number) => value / ${by}`
  const files = (imported: string, by = 2) => ({
    "stage.ts": `export const measure = async (name: string) => (await ${imported}).half(4)`,
    "half.ts": half(by)
  })
  const refusal = async (imported: string) => hashOf(files(imported)).then(() => "", (error: unknown) => String(error))

  for (const imported of [
    `import("./half.ts")`,
    "import(`./half.ts`)",
    `import(new URL("./half.ts", import.meta.url).href)`,
    `use(new URL("./half.ts", import.meta.url))`
  ]) {
    it(`is followed: ${imported}`, async () => assert.notStrictEqual(await hashOf(files(imported, 3)), await hashOf(files(imported))))
  }

  for (const imported of ["import(name)", "import(`./${name}.ts`)", `import(import.meta.resolve("./half.ts"))`]) {
    it(`is refused, with what to write, where nobody knows it before: ${imported}`, async () => {
      assert.match(await refusal(imported), /stage\.ts:1 imports what is only known when it runs\. Write out what it may be/)
    })
  }

  it("is no concern of a stage that does not use it, nor where it is data", async () => {
    const stage = "export const other = (name: string) => import(name)\nexport const measure = () => 1"
    assert.strictEqual(await hashOf({ "stage.ts": stage }), await hashOf({ "stage.ts": "export const measure = () => 1" }))
    assert.strictEqual(await refusal(`import(name, { with: { type: "json" } })`), "")
  })
})
