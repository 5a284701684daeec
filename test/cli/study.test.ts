import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { assay, type Ended, start, study, temporary, until } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

describe("a study from plan to pictures", () => {
  let planned: Ended
  let first: Ended
  let again: Ended
  beforeAll(async () => {
    planned = await assay(folder, "plan", study, "--json")
    assert.deepStrictEqual(readdirSync(folder), [], "planning writes nothing")
    first = await assay(folder, "run", study)
    again = await assay(folder, "run", study, "--json")
  })

  it("plan says what runs and what is shared", () => {
    assert.strictEqual(planned.code, 0, planned.err)
    const { counts, runs } = JSON.parse(planned.out)
    assert.deepStrictEqual(counts, { finished: 0, runs: 12, resumes: 0, shared: 16 })
    assert.strictEqual(runs.length, 6)
    assert.strictEqual(runs[2].stages[3].why, "for the first time")
  })

  it("plan takes the empty file of which another process is making a database for none, and leaves it", async () => {
    const db = join(folder, "begun.db")
    writeFileSync(db, "")
    const { code, err, out } = await assay(folder, "plan", study, "--json", "--db", "begun.db")
    assert.strictEqual(code, 0, err)
    assert.deepStrictEqual(JSON.parse(out), JSON.parse(planned.out))
    assert.strictEqual(statSync(db).size, 0)
    rmSync(db)
  })

  it("run prints the table to stdout, and progress and what to do next to stderr", () => {
    assert.strictEqual(first.code, 0, first.err)
    assert.match(first.out, /^tastes: Which taste climbs higher\?/)
    assert.match(first.out, /high\s+2\s+1\.76 ± 0\.99\s+1\.25/)
    assert.include(first.out, "Evaluated on 7 held-out prompts.")
    assert.include(first.err, "tastes: 6 runs, 12 stages to run, 0 finished already.")
    assert.include(first.err, "high · seed 1: done (")
    assert.include(first.err, "assay samples")
    assert.notInclude(first.err, "\u001b", "no terminal, no control sequences")
  })

  it("run answers from the journal the second time, and gives scripts JSON", () => {
    assert.strictEqual(again.code, 0, again.err)
    assert.include(again.err, "all 6 runs are finished already")
    const { pictures, runs, table } = JSON.parse(again.out)
    assert.deepStrictEqual(runs.map((run: { status: string }) => run.status), Array(6).fill("done"))
    assert.strictEqual(table.rows[0].variant, "untrained")
    for (const picture of pictures) assert.isTrue(existsSync(join(folder, picture)), picture)
    assert.strictEqual(pictures.length, 2)
  })

  it("plan knows what another scale can reuse, and what is forced", async () => {
    const { out } = await assay(folder, "plan", study, "--scale", "quick", "--force", "loop")
    assert.include(out, "tastes@quick: 6 runs")
    assert.match(out, /^reuse +count, atMost, ask +all 6 runs +with this code, config and data$/m)
    assert.match(out, /^run +loop +low · seeds 0, 1; high · seeds 0, 1 +as --force asks$/m)
    assert.match(out, /^run +answer +low · seeds 0, 1; high · seeds 0, 1 +as `loop` before it runs again$/m)
  })

  it("list, show and table read it back", async () => {
    const [list, show, markdown] = await Promise.all([
      assay(folder, "list", "--json"),
      assay(folder, "show", "2", "--json"),
      assay(folder, "table", "tastes", "--format", "md")
    ])
    assert.deepStrictEqual(JSON.parse(list.out).map(({ done, name }: { done: number; name: string }) => [name, done]), [
      ["tastes", 6]
    ])
    const run = JSON.parse(show.out)
    assert.deepStrictEqual([run.variant, run.seed, run.status, run.params["loop.steps"]], ["low", 0, "done", 5])
    assert.strictEqual(run.stages.length, 5)
    assert.isNumber(run.environment.cores)
    assert.include(markdown.out, "| low (baseline) | 2 |")
  })

  it("samples prints completions without their control characters, and draws them", async () => {
    const { code, err, out } = await assay(folder, "samples", "6", "--limit", "2", "--out", "pictures")
    assert.strictEqual(code, 0, err)
    assert.include(out, "<answer>\\x1b[31m0</answer>")
    assert.include(out, "format 0.000 (no think tag)")
    assert.include(out, "predicted  red circle [6, 5, 24, 18]")
    const pictures = readdirSync(join(folder, "pictures"))
    assert.strictEqual(pictures.length, 2)
    assert.isAbove(
      (await sharp(join(folder, "pictures", pictures[0]!)).metadata()).width,
      56,
      "enlarged until labels are readable"
    )
    const elsewhere = join(folder, "elsewhere")
    mkdirSync(elsewhere)
    const moved = await assay(elsewhere, "samples", "6", "--db", "../runs.db", "--limit", "1", "--out", ".")
    assert.strictEqual(moved.code, 0, moved.err)
  })

  it("sql prints columns, CSV or JSON", async () => {
    const query = "SELECT variant, n FROM ablation WHERE name = 'score' ORDER BY variant"
    const [plain, csv, json] = await Promise.all([
      assay(folder, "sql", query),
      assay(folder, "sql", query, "--csv"),
      assay(folder, "sql", query, "--json")
    ])
    assert.strictEqual(plain.out, "variant    n\nhigh       2\nlow        2\nuntrained  1\n")
    assert.strictEqual(csv.out, "variant,n\nhigh,2\nlow,2\nuntrained,1\n")
    assert.deepStrictEqual(JSON.parse(json.out)[2], { variant: "untrained", n: 1 })
  })

  it("export says which runs have a model to export", async () => {
    const { code, err } = await assay(folder, "export", "3", "--out", "model")
    assert.strictEqual(code, 3)
    assert.strictEqual(err, "assay: Run 3 has no model to export: its policy is not Policy.local(folder), nor trained by one.\n")
  })

  it("a reader that goes away early is no error", async () => {
    const child = start(folder, [
      "sql",
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT i FROM n"
    ])
    child.process.stdout.destroy()
    const { code, err } = await child.ended
    assert.deepStrictEqual([code, err], [0, ""])
  })

  it("an interrupted run says how to go on, exits with 130, and goes on", async () => {
    const slow = [
      "run",
      study,
      "--set",
      "answer.pause=1500",
      "--set",
      "loop.steps=4",
      "--only",
      "taste=high",
      "--seeds",
      "1"
    ]
    const child = start(folder, slow)
    await until(() => child.said().includes("loop finished"))
    child.process.kill("SIGINT")
    const stopped = await child.ended
    assert.strictEqual(stopped.code, 130, stopped.err)
    assert.include(stopped.err, "the same command goes on from there")
    const resumed = await assay(folder, ...slow)
    assert.strictEqual(resumed.code, 0, resumed.err)
    assert.notInclude(resumed.err, "loop finished", "the loop had been finished before the interrupt")
  })

  it("a second run on the same database goes on beside one that is at work", { tags: ["long"] }, async () => {
    const child = start(folder, ["run", study, "--set", "answer.pause=30000", "--seeds", "2..2"])
    await until(() => child.said().includes("stages to run"))
    const second = await assay(folder, "run", study)
    assert.isNull(child.process.exitCode, "the first is still at work")
    child.process.kill("SIGINT")
    await child.ended
    assert.strictEqual(second.code, 0, second.err)
  })

  it("one failing variant leaves the others' table, exit code 1 and the reason", async () => {
    const declare = (rate: number) =>
      writeFileSync(
        join(folder, "failing.ts"),
        `
      import { Experiment, Pipeline } from "assay"
      import * as Toy from "${fileURLToPath(new URL("../pipeline/toy.ts", import.meta.url))}"
      const prompts = Pipeline.from(Toy.count({ to: 10 })).pipe(Toy.ask({ scale: 1 }))
      const update = { climbs: Toy.climb({ rate: ${rate} }), breaks: Toy.breakAt({ message: "the rope broke" }) }
      export default Experiment.make("failing", {
        question: "?", policy: Toy.vector({ size: 2 }), seeds: 1, axes: { update }, table: { metrics: ["score"] },
        pipeline: ({ update }) => prompts.pipe(
          Pipeline.loop({ steps: 1, batch: 2, checkpointEvery: 1 },
            Toy.sample({ groupSize: 2 }), Toy.score(Toy.low({ sharpness: 1 })), update),
          Toy.measure({ mode: "sum" }))
      })`
      )
    declare(0.1)
    const { code, err, out } = await assay(folder, "run", "failing.ts")
    assert.strictEqual(code, 1, err)
    assert.match(out, /climbs\s+1/)
    assert.include(err, "1 of 2 runs failed")
    assert.include(err, "breaks · seed 0: the rope broke")
    assert.include(out, "Not in the table yet: breaks seed 0 (failed).")
    declare(0.2)
    const changed = await assay(folder, "plan", "failing.ts")
    assert.match(changed.out, /^run +loop +climbs · seed 0 +config loop\.climb\.rate 0\.1 -> 0\.2$/m)
    assert.match(changed.out, /^run +loop +breaks · seed 0 +failed: the rope broke$/m)
  })
})
