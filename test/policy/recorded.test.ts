/** A policy that answers from a file. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Task } from "assay"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll } from "vitest"
import { at } from "../../src/policy/recorded/columns.ts"
import { finder, type Recorded } from "../../src/policy/recorded/find.ts"
import { readAnswers } from "../../src/policy/recorded/readAnswers.ts"
import { Memory, runStudy } from "../../src/testing.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-recorded-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: unknown): string => {
  const file = join(folder, name)
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content))
  return file
}

const lines = (rows: ReadonlyArray<object>): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("")

const asking = (text: string, image: string): Policy.Question => ({
  messages: [{ role: "user", content: [{ type: "image" }, { type: "text", text }] }],
  images: [`somewhere/${image}`]
})

const row = (answer: string, more: Partial<Recorded> = {}): Recorded => ({ answer, finishReason: "stop", ...more })

const saying = (rows: ReadonlyArray<Recorded>) => {
  const find = finder(rows)
  return (text: string, image = "a.png", n = 1) => find(asking(text, image), n)?.map(({ answer }) => answer)
}

describe("the answer to a question", () => {
  it("is that of its image and of its wording, the longest that fits", () => {
    const say = saying([
      row("1", { image: "a.png", question: "Find: the dog" }),
      row("2", { image: "a.png", question: "Find: the dog on the left" }),
      row("3", { image: "b.png", question: "Find: the dog" })
    ])
    assert.deepStrictEqual(say("Find: the dog on the\n left. Think first."), ["2"])
    assert.deepStrictEqual(say("Find: the dog. Think first."), ["1"])
    assert.deepStrictEqual(say("Find: the dog", "b.png"), ["3"])
    assert.isUndefined(say("Find: the cat"))
    assert.isUndefined(say("Find: the dog", "c.png"))
  })

  it("is the next one where nothing tells the rows apart, and there are no more than there are", () => {
    const say = saying([row("1"), row("2")])
    assert.deepStrictEqual([say("?"), say("?"), say("?")], [["1"], ["2"], undefined])
  })

  it("comes again for a second evaluation, where rows are told apart", () => {
    const say = saying([row("1", { image: "a.png" }), row("2", { image: "a.png" }), row("3", { image: "b.png" })])
    assert.deepStrictEqual([say("?"), say("?"), say("?", "b.png"), say("?")], [["1"], ["2"], ["3"], ["1"]])
  })

  it("is one of a group where several are asked for, and none where there are too few", () => {
    const say = saying([row("1", { image: "a.png" }), row("2", { image: "a.png" }), row("3", { image: "b.png" })])
    assert.deepStrictEqual(say("?", "a.png", 2), ["1", "2"])
    assert.isUndefined(say("?", "b.png", 2))
  })

  const Draw = Schema.Struct({
    image: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
    what: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
    place: Schema.Finite
  })

  it.prop("is every row's own, in whatever order the questions come", [Schema.Array(Draw)], ([draws]) => {
    const rows = [...new Map(draws.map((draw) => [`${draw.image} ${draw.what}`, draw])).values()]
    const say = saying(rows.map(({ image, what }) => row(`${image}-${what}`, { image: `${image}.png`, question: `Where is ${what}` })))
    for (const { image, what } of rows.toSorted((a, b) => a.place - b.place)) {
      assert.deepStrictEqual(say(`Look. Where is ${what}? Now.`, `${image}.png`), [`${image}-${what}`])
    }
  }, { arbitrary: { runs: 100 } })
})

describe("logs of other programs", () => {
  const texts = (file: string, columns: Policy.Columns) => Effect.map(readAnswers(file, columns), (rows) => rows.map(({ answer }) => answer))

  it.effect("are read by the columns that they have", () =>
    Effect.gen(function*() {
      const vlmR1 = write("vlmr1.json", { accuracy: 50, results: [{ question: "Where?", ground_truth: [1, 2, 3, 4], model_output: "here", correct: 1 }] })
      assert.deepStrictEqual(yield* readAnswers(vlmR1, Policy.logs.vlmR1), [row("here", { question: "Where?" })])
      const counting = write("counting.json", {
        results: [{ question: { image_path: "./images/7.png", question: "How many?", ground_truth: 3 }, model_output: "3" }]
      })
      assert.deepStrictEqual(yield* readAnswers(counting, Policy.logs.vlmR1Counting), [row("3", { question: "How many?", image: "7.png" })])
      const lmms = write("lmms.jsonl", lines([{ doc_id: 10, resps: [["c"]] }, { doc_id: 2, resps: [["b"]] }, { doc_id: 1, resps: [["a"]] }]))
      assert.deepStrictEqual(yield* texts(lmms, Policy.logs.lmmsEval), ["a", "b", "c"])
      const swift = write("swift.jsonl", lines([{ response: "a", images: [{ bytes: null, path: "/data/7.png" }] }]))
      assert.deepStrictEqual(yield* readAnswers(swift, Policy.logs.msSwift), [row("a", { image: "7.png" })])
      const line = (id: string, content: string, finish_reason: string) =>
        ({ custom_id: id, response: { status_code: 200, body: { choices: [{ index: 0, message: { role: "assistant", content }, finish_reason }] } } })
      const batch = write("batch.jsonl", lines([line("request-10", "b", "length"), line("request-9", "a", "stop")]))
      assert.deepStrictEqual(yield* readAnswers(batch, Policy.logs.openaiBatch), [row("a"), { answer: "b", finishReason: "length" }])
    }))

  it.effect("name file and rows where they are not as they should be, several at once", () =>
    Effect.gen(function*() {
      const file = write("bad.jsonl", `${lines([{ said: "a" }, { said: 1 }, {}])}{"said":\n${lines([[], { said: null }])}`)
      const error = yield* Effect.flip(readAnswers(file, { answer: "said" }))
      assert.match(error.message, /bad\.jsonl: line 2 has no text at "said"; line 3 has no text at "said"; line 4 is no JSON .*; and 2 more\./)
      const image = yield* Effect.flip(readAnswers(write("noimage.jsonl", lines([{ said: "a" }])), { answer: "said", image: "picture" }))
      assert.include(image.message, "line 1 has no text or number at \"picture\"")
      const nowhere = yield* Effect.flip(readAnswers(write("doc.json", { base: { results: [] }, rl: { results: [] } }), { rows: "results", answer: "said" }))
      assert.include(nowhere.message, "there is no list at \"results\"; lists are at base.results, rl.results")
      assert.include((yield* Effect.flip(readAnswers(join(folder, "none.jsonl"), { answer: "said" }))).message, "none.jsonl cannot be read")
    }))

  it.effect.prop("end in answers or in an error that names the file, whatever they hold", [Schema.Union([Schema.String, Schema.Json]), Schema.Boolean], ([content, within]) =>
    Effect.gen(function*() {
      const file = write("any.jsonl", typeof content === "string" ? content : `${JSON.stringify(content)}\n`)
      const found = yield* Effect.result(readAnswers(file, { answer: "0", ...(within ? { rows: "a" } : {}) }))
      if (found._tag === "Failure") assert.include(found.failure.message, "any.jsonl")
      else assert.isTrue(found.success.every(({ answer }) => typeof answer === "string"))
    }), { arbitrary: { runs: 100 } })

  it("are looked up by path, own members alone", () => {
    assert.strictEqual(at({ a: [{ b: "c" }] }, "a.0.b"), "c")
    for (const path of ["constructor", "a.length", "__proto__", "a.b"]) assert.isUndefined(at({ a: "text" }, path))
  })
})

describe("an evaluation of recorded answers", () => {
  const images = join(folder, "images")
  const boxes = [[10, 20, 50, 60], [5, 5, 30, 40], [40, 10, 90, 70], [0, 0, 20, 20]] as const
  const expressions = ["man", "man in orange", "dog", "cup"]

  beforeAll(async () => {
    mkdirSync(images)
    for (const i of [0, 1]) await sharp({ create: { width: 100, height: 80, channels: 3, background: "#808080" } }).jpeg().toFile(join(images, `${i}.jpg`))
    write("rec.json", expressions.map((caption, i) => ({
      image: `${i % 2}.jpg`,
      problem: `Please provide the bounding box coordinate of the region this sentence describes: ${caption}.`,
      normal_caption: caption,
      solution: boxes[i],
      width: 100,
      height: 80
    })))
    // the first three are right, the last points elsewhere; written in another order
    const answers = expressions.map((caption, i) => ({
      question: `Please provide the bounding box coordinate of the region this sentence describes: ${caption}.`,
      model_output: `<think>There.</think><answer>{"bbox_2d": [${i < 3 ? boxes[i]!.join(", ") : "60, 40, 90, 70"}]}</answer>`,
      correct: i < 3 ? 1 : 0
    }))
    write("log.json", { accuracy: 75, results: answers.toReversed() })
  })

  const study = (policy: ReturnType<typeof Policy.recorded>) => {
    const data = Data.rec({ annotations: join(folder, "rec.json"), images })
    return Experiment.make("judged", {
      question: "How good were they?",
      policy,
      seeds: 1,
      pipeline: () => Pipeline.from(data).pipe(Prompt.template(Prompt.enhanced, Task.referring.task), Evaluate.referring({ data })),
      table: { metrics: ["accuracy"] }
    })
  }

  const metricsOf = (policy: ReturnType<typeof Policy.recorded>, name: string) =>
    Effect.gen(function*() {
      const journal = new Memory(join(folder, name))
      const [result] = yield* runStudy(journal, study(policy))
      if (result!.status !== "done") throw new Error(result!.error)
      return Object.fromEntries(journal.stage("referring").steps[0]!.metrics.map(({ name, value }) => [name, value]))
    })

  it.effect("measures what their log says, and no lengths where nobody counted tokens", () =>
    Effect.gen(function*() {
      const metrics = yield* metricsOf(Policy.recorded({ file: join(folder, "log.json"), ...Policy.logs.vlmR1 }), "plain")
      assert.strictEqual(metrics["accuracy"], 75)
      assert.deepInclude(metrics, { evaluationSize: 4, formatRate: 1 })
      for (const name of ["meanTokens", "maxTokens", "answersFromCut", "minPixels"]) assert.notProperty(metrics, name)
    }))

  it.effect("counts tokens by a tokenizer, and takes boxes as of the picture that a model saw within its limits", () =>
    Effect.gen(function*() {
      const pixels = { minPixels: 4 * 28 * 28, maxPixels: 4 * 28 * 28 }
      const metrics = yield* metricsOf(
        Policy.recorded({ file: join(folder, "log.json"), ...Policy.logs.vlmR1, pixels, tokenizer: "assay:tiny-vl" }),
        "seen"
      )
      assert.isBelow(metrics["accuracy"]!, 75, "the boxes are of the file, not of a picture of half its size")
      assert.deepInclude(metrics, pixels)
      assert.isAbove(metrics["meanTokens"]!, 5)
    }))

  it.effect("fails where more is asked than was answered, and says what to do", () =>
    Effect.gen(function*() {
      const file = write("short.json", { results: [{ model_output: "None" }] })
      const journal = new Memory(join(folder, "short"))
      const [result] = yield* runStudy(journal, study(Policy.recorded({ file, rows: "results", answer: "model_output" })))
      assert.match(result!.error!, /short\.json has not the answer wanted to a question about 1\.jpg\. It must answer all that is asked/)
    }))

  it("wants a file and the column of answers", () => {
    assert.throws(() => Policy.recorded({ file: "", answer: "a" }), /file/)
    assert.throws(() => Policy.recorded({ file: "a.json" } as never), /answer/)
  })
})
