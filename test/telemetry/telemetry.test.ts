/** What docs/how-to/telemetry.md says of a run, by a collector that hears it; and runs whose collector is no help. */
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Store from "../../src/store/index.ts"
import { setEnvironment } from "../environment.ts"
import { type Ended, start, study, temporary } from "../cli/support.ts"
import { reading } from "../store/support.ts"
import { collector, type Span } from "./collector.ts"

/** Runs a study in a folder of its own, with these variables. */
const runs = async (environment: { readonly [name: string]: string }, ...args: ReadonlyArray<string>): Promise<Ended & { readonly folder: string }> => {
  const { folder, remove } = temporary()
  afterAll(remove)
  const restore = setEnvironment(environment)
  const { ended } = start(folder, ["run", study, ...args])
  restore()
  return { ...(await ended), folder }
}

const rowsOf = (folder: string, query: string) =>
  Effect.runPromise(Effect.map(reading(join(folder, "runs.db"), (db) => Store.sql(db, query)), ({ rows }) => rows))

/** The table, and what the database holds besides times. */
const found = async ({ folder, out }: { readonly folder: string; readonly out: string }) => ({
  out,
  values: await rowsOf(folder, "SELECT experiment, variant, seed, metric, step, value FROM learning_curve ORDER BY 1, 2, 3, 4, 5")
})

describe("a run that a collector follows", () => {
  let at: Awaited<ReturnType<typeof collector>>
  let ran: Awaited<ReturnType<typeof runs>>
  beforeAll(async () => {
    at = await collector()
    ran = await runs({ OTEL_EXPORTER_OTLP_ENDPOINT: at.url, OTEL_EXPORTER_OTLP_HEADERS: "x-token=a%20word" })
    assert.strictEqual(ran.code, 0, ran.err)
  })
  afterAll(() => at.close())

  const named = (name: RegExp): ReadonlyArray<Span> => at.spans.filter((span) => name.test(span.name))
  const below = (parent: Span): ReadonlyArray<Span> => at.spans.filter((span) => span.parent === parent.id)

  it("says where its traces go, and sends them as protobuf with the headers asked for", () => {
    assert.include(ran.err, `Traces and metrics go to ${at.url}.`)
    assert.sameMembers([...new Set(at.requests.map(({ path }) => path))], ["/v1/traces", "/v1/metrics"])
    for (const { token, type } of at.requests) assert.deepStrictEqual([type, token], ["application/x-protobuf", "a word"])
  })

  it("is one trace: the experiment, its runs, their stages, the steps of a training", () => {
    const [experiment, ...others] = named(/^experiment /)
    assert.isEmpty(others)
    assert.strictEqual(new Set(at.spans.map(({ trace }) => trace)).size, 1)
    assert.strictEqual(experiment!.parent, "")
    assert.strictEqual(experiment!.service, "assay")
    const ofRuns = below(experiment!)
    assert.lengthOf(ofRuns, 6)
    assert.include(ofRuns.map(({ name }) => name), "run high, seed 1")
    const [loop] = named(/^stage loop$/)
    assert.strictEqual(at.spans.find(({ id }) => id === loop!.parent)?.name, `run ${loop!.attributes["assay.variant"]}, seed ${loop!.attributes["assay.seed"]}`)
    assert.deepStrictEqual(below(loop!).map(({ attributes, name }) => `${name} ${attributes["assay.step"]}`), [0, 1, 2, 3, 4].map((step) => `step ${step}`))
  })

  it("has a span for each stage that was executed, and an event for each that was found finished", () => {
    assert.lengthOf(named(/^stage /), 12)
    const reused = named(/^run /).flatMap(({ events }) => events)
    assert.lengthOf(reused, 28 - 12)
    assert.deepStrictEqual(reused[0]!.name, "stage reused")
  })

  it("has spans inside of their parents, that say what they are of and what was measured", () => {
    for (const span of at.spans) {
      const parent = at.spans.find(({ id }) => id === span.parent)
      assert.isTrue(span.start <= span.end && (parent === undefined || parent.start <= span.start && span.end <= parent.end), span.name)
      assert.strictEqual(span.code, 1)
    }
    const step = named(/^step$/).find(({ attributes }) => attributes["assay.variant"] === "high")!
    assert.include(step.attributes, { "assay.experiment": "tastes", "assay.cell.taste": "high", "assay.stage": "loop" })
    assert.isNumber(step.attributes["assay.metric.reward"])
    assert.isNumber(named(/^stage answer/)[0]!.attributes["assay.metric.score"])
  })

  it("counts what the database holds", async () => {
    const experiment = { "assay.experiment": "tastes" }
    const [[metrics, completions, tokens]] = await rowsOf(
      ran.folder,
      "SELECT (SELECT count(*) FROM metric), (SELECT count(*) FROM completion), (SELECT sum(token_count) FROM completion)"
    ) as [[number, number, number]]
    assert.isAbove(completions, 0)
    assert.strictEqual(at.value("assay.rows", { ...experiment, table: "metric" }), metrics)
    assert.strictEqual(at.value("assay.rows", { ...experiment, table: "completion" }), completions)
    assert.strictEqual(at.value("assay.tokens", experiment), tokens)
    assert.strictEqual(at.value("assay.runs", { ...experiment, how: "done" }), 6)
    assert.strictEqual(at.points().filter(({ metric }) => metric === "assay.stages").reduce((sum, { value }) => sum + value, 0), 28)
  })

  it("has the metrics that its page names, and no others", () => {
    const page = readFileSync("docs/how-to/telemetry.md", "utf8")
    const written = [...page.matchAll(/^\| `(assay\.\w+)` \|/gm)].map(([, name]) => name)
    assert.sameMembers([...new Set(at.points().map(({ metric }) => metric))], written)
  })

  it("shows the reward of the last step, by variant and seed", async () => {
    const last = await rowsOf(
      ran.folder,
      "SELECT variant, seed, value FROM learning_curve WHERE metric = 'loop/reward' AND step = 4"
    ) as ReadonlyArray<[string, number, number]>
    assert.lengthOf(last, 4)
    for (const [variant, seed, value] of last) assert.strictEqual(at.value("assay.reward", { "assay.variant": variant, "assay.seed": String(seed) }), value)
  })
})

describe("a collector that is no help", () => {
  let plain: Awaited<ReturnType<typeof runs>>
  beforeAll(async () => {
    plain = await runs({})
  })

  const closedPort = async (): Promise<string> => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    return `http://127.0.0.1:${port}`
  }

  it("is no part of a run that names none", () => assert.notInclude(plain.err, "Traces"))

  it("may be away: the run is what it is without", async () => {
    const ran = await runs({ OTEL_EXPORTER_OTLP_ENDPOINT: await closedPort() })
    assert.strictEqual(ran.code, 0, ran.err)
    assert.deepStrictEqual(await found(ran), await found(plain))
  })

  it("may take everything and never answer", async () => {
    const silent = await collector({ answers: false })
    const ran = await runs({ OTEL_EXPORTER_OTLP_ENDPOINT: silent.url, OTEL_EXPORTER_OTLP_TIMEOUT: "100", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })
    assert.isNotEmpty(silent.requests)
    assert.isTrue(silent.requests.every(({ type }) => type === "application/json"))
    assert.isNotEmpty(silent.spans)
    await silent.close()
    assert.strictEqual(ran.code, 0, ran.err)
    assert.deepStrictEqual(await found(ran), await found(plain))
  })

  it("may be asked for wrongly, which is said", async () => {
    const wrong = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318", OTEL_EXPORTER_OTLP_TIMEOUT: "soon" }
    const ran = await runs(wrong, "--only", "taste=low", "--seeds", "1")
    assert.strictEqual(ran.code, 0, ran.err)
    assert.match(ran.err, /No traces and metrics are sent: [^]*OTEL_EXPORTER_OTLP_TIMEOUT/)
  })
})
