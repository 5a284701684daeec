import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assay, type Ended, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)
beforeAll(() => writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" })))

/** A study whose reward comes before the rollout. */
const wrongOrder = `import { Data, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"

export default Experiment.make("order", {
  question: "?",
  policy: Policy.tiny(),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 4 })).pipe(
      Prompt.template(Prompt.standard),
      Pipeline.loop(
        { steps: 1, batch: 2, checkpointEvery: 1 },
        Reward.score(Reward.format()),
        Rollout.sample({ groupSize: 2, maxTokens: 8 }),
        Update.grpo({ learningRate: 1e-4 })
      )
    ),
  table: { metrics: [] }
})
`

describe("stages in the wrong order", () => {
  beforeAll(() => {
    writeFileSync(join(folder, "order.ts"), wrongOrder)
    writeFileSync(join(folder, "unchecked.ts"), `// @ts-nocheck\n${wrongOrder}`)
  })

  it("are refused before anything runs, by check, plan and run alike, with the line and why", { tags: ["long"] }, async () => {
    for (const command of ["check", "plan", "run"]) {
      const { code, err, out } = await assay(folder, command, "order.ts")
      assert.strictEqual(code, 3, command)
      assert.match(out + err, /^order\.ts\(12,9\): error TS\d+.*"this stage does not take what comes before it"/m)
    }
  })

  it("name the stage at the latest when it runs, with the line of the study", async () => {
    const { code, err } = await assay(folder, "run", "unchecked.ts")
    assert.strictEqual(code, 1)
    assert.match(err, /Stage "score" \(unchecked\.ts:13\) threw: .*Perhaps it does not take what comes before it/)
  })
})

describe("a study that lacks what planning cannot do without", () => {
  it("is told what the compiler says, not how the program broke on it", async () => {
    writeFileSync(join(folder, "untabled.ts"), wrongOrder.replace("  table: { metrics: [] }\n", ""))
    const { code, err } = await assay(folder, "plan", "untabled.ts")
    assert.strictEqual(code, 3)
    assert.include(err, "Property 'table' is missing")
    assert.notInclude(err, "Something broke")
  })
})

/** Filters of a user's own, each returning or failing in another way. */
const ownStages = `import { Experiment, Pipeline } from "assay"
import { Stage } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Toy from "${fileURLToPath(new URL("../pipeline/toy.ts", import.meta.url))}"

const filter = { kind: "filter", module: import.meta.url, config: Schema.Struct({}) } as const
export const effect = Stage.define({ ...filter, name: "effect", run: (_, input: Toy.Numbers) => Effect.succeed(input) })
export const plain = Stage.define({ ...filter, name: "plain", run: (_, input: Toy.Numbers) => input })
export const promised = Stage.define({ ...filter, name: "promised", run: async (_, input: Toy.Numbers) => input })
const lengthOf = (value: any): number =>
  value.examples.length
export const throws = Stage.define({ ...filter, name: "throws", run: (_, _input: Toy.Numbers) => ({ values: [lengthOf(undefined)] }) })
export const rejects = Stage.define({
  ...filter, name: "rejects", run: async (_, _input: Toy.Numbers): Promise<Toy.Numbers> => { throw new Error("no luck") }
})

export default Experiment.make("own", {
  question: "?", policy: Toy.vector({ size: 2 }), seeds: 1, table: { metrics: ["score"] },
  axes: { filter: { effect: effect({}), plain: plain({}), promised: promised({}), throws: throws({}), rejects: rejects({}) } },
  pipeline: ({ filter }) =>
    Pipeline.from(Toy.count({ to: 3 })).pipe(filter, Toy.ask({ scale: 1 }), Toy.measure({ mode: "sum" }))
})
`

describe("a stage of a user's own", () => {
  let ran: Ended
  beforeAll(async () => {
    writeFileSync(join(folder, "own.ts"), ownStages)
    ran = await assay(folder, "run", "own.ts")
  })

  it("may return an Effect, a plain value or a promise", () => {
    for (const row of ["effect", "plain", "promised"]) assert.match(ran.out, new RegExp(`^${row}\\s+1\\s+0\\.000`, "m"))
  })

  it("is named when it throws or rejects, with the line of the user's file that did", () => {
    assert.strictEqual(ran.code, 1)
    assert.match(ran.err, /throws · seed 0: Stage "throws" \(own\.ts:\d+\) threw: Cannot read .*'examples'\), at own\.ts:12$/m)
    assert.match(ran.err, /rejects · seed 0: Stage "rejects" \(own\.ts:\d+\) threw: no luck, at own\.ts:15$/m)
    assert.notInclude(ran.err, "broke inside assay")
  })

  it("leaves its run failed, with the same reason, and no run that seems to go on", async () => {
    const [{ runs }] = JSON.parse((await assay(folder, "list", "own", "--json")).out)
    const failed = runs.filter(({ status }: { readonly status: string }) => status !== "done")
    assert.deepStrictEqual(failed.map(({ status, variant }: { readonly status: string; readonly variant: string }) => [variant, status]), [
      ["throws", "failed"],
      ["rejects", "failed"]
    ])
    assert.include((await assay(folder, "show", String(failed[0].run))).out, "at own.ts:12")
  })

  it("must be exported, and the message says how", async () => {
    mkdirSync(join(folder, "hidden"))
    writeFileSync(join(folder, "hidden", "study.ts"), ownStages.replace("export const plain", "const plain"))
    const { code, err } = await assay(folder, "plan", "hidden/study.ts")
    assert.strictEqual(code, 3)
    assert.strictEqual(err, "assay: \"plain\" is made in hidden/study.ts and not exported from it, so that its code cannot be followed. " +
      "Write `export const plain`.\n")
  })
})
