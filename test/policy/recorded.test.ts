/** A policy that answers from a file. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Task } from "assay"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll } from "vitest"
import * as Probes from "../../src/pipeline/plan/Probes.ts"
import { at } from "../../src/policy/recorded/columns.ts"
import { finder, type Recorded } from "../../src/policy/recorded/find.ts"
import { readAnswers } from "../../src/policy/recorded/readAnswers.ts"
import { Memory, planStudy, runStudy } from "../../src/testing.ts"

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

/** One round of questions. */
const saying = (rows: ReadonlyArray<Recorded>) => {
  const round = finder(rows).begin()
  const say = (text: string, image = "a.png", n = 1) => {
    const found = round.to(asking(text, image), n)
    return Result.isSuccess(found) ? found.success.map(({ answer }) => answer) : undefined
  }
  return Object.assign(say, { fault: round.fault })
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

  it("is the next one where nothing tells the rows apart, of all and no more", () => {
    const say = saying([row("1"), row("2")])
    assert.deepStrictEqual(say("?"), ["1"])
    assert.include(say.fault(), "has 2 rows by no column but their order, and 1 answer is wanted of them")
    assert.deepStrictEqual([say("?"), say("?")], [["2"], undefined])
    assert.isUndefined(say.fault())
    assert.isUndefined(finder([row("1"), row("2")]).unfit(2, 1))
    assert.include(finder([row("1"), row("2")]).unfit(3, 1), "has 2 rows, which only their order tells apart, and 3 answers are wanted")
  })

  it("is never that of another question of the same wording, where rows name no images", () => {
    const say = saying([row("of b", { question: "Find: man" }), row("of a", { question: "Find: man" })])
    assert.deepStrictEqual([say("Find: man", "b.png"), say("Find: man", "a.png"), say("Find: man", "c.png")], [["of b"], ["of a"], undefined])
    const one = saying([row("of b", { question: "Find: man" }), row("of a", { question: "Find: man" }), row("of c", { question: "Find: dog" })])
    one("Find: man", "a.png")
    assert.include(one.fault(), "has 2 rows by \"Find: man\", and 1 answer is wanted of them: which belongs to which question cannot be told. Name the columns")
  })

  it("is each of an image's rows once, where nothing tells these apart", () => {
    const rows = [row("1", { image: "a.png" }), row("2", { image: "a.png" }), row("3", { image: "b.png" })]
    const say = saying(rows)
    assert.deepStrictEqual([say("?"), say("?"), say("?", "b.png"), say("?")], [["1"], ["2"], ["3"], undefined])
    const filtered = saying(rows)
    filtered("?")
    assert.include(filtered.fault(), "has 2 rows by a.png")
    assert.deepStrictEqual([finder(rows).ordered, finder(rows.slice(1)).ordered], [true, false])
  })

  it("comes again where the same is asked again, and not where something else finds it", () => {
    const say = saying([row("1", { image: "a.png", question: "the dog" }), row("2", { image: "a.png", question: "the dog" })])
    assert.deepStrictEqual([say("the dog"), say("the dog"), say("the dog"), say("the dog on the left")], [["1"], ["2"], ["1"], undefined])
    assert.isUndefined(say.fault())
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
      const newer = { question: "Where?", image: "/data/train2014/7.jpg", model_output: "here" }
      assert.deepStrictEqual(yield* readAnswers(write("newer.json", { results: [newer] }), Policy.logs.vlmR1), [
        row("here", { question: "Where?", image: "7.jpg" })
      ])
      const mixed = yield* Effect.flip(readAnswers(write("mixed.json", { results: [newer, { ...newer, image: undefined }] }), Policy.logs.vlmR1))
      assert.include(mixed.message, "results[1] has no text or number at \"image\"")
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
      assert.match(result!.error!, /short\.json has 1 row, which only their order tells apart, and 4 answers are wanted of it/)
      const [other] = yield* runStudy(new Memory(join(folder, "other")), study(Policy.recorded({
        file: write("other.json", [{ image: "0.jpg", said: "None" }]), image: "image", answer: "said"
      })))
      assert.match(other!.error!, /other\.json has 1 row by 0\.jpg, and more answers are wanted of them|other\.json has not the answer wanted to a question about 1\.jpg\. It must answer all that is asked/)
    }))

  const inOrder = () => Policy.recorded({ file: join(folder, "log.json"), rows: "results", answer: "model_output" })

  const judging = (policy: ReturnType<typeof Policy.recorded>, evaluations: ReadonlyArray<{ readonly file: string; readonly limit?: number }>) =>
    Experiment.make("judged", {
      question: "How good were they?",
      policy,
      seeds: 1,
      pipeline: () => {
        const asking = Pipeline.from(Data.rec({ annotations: join(folder, "rec.json"), images })).pipe(Prompt.template(Prompt.enhanced, Task.referring.task))
        const [first, second] = evaluations.map(({ file, ...limit }, i) =>
          Evaluate.referring({ as: `part${i}`, data: Data.rec({ annotations: join(folder, file), images }), batch: 3, tokenCut: 100 + i, ...limit }))
        return second === undefined ? asking.pipe(first!) : asking.pipe(first!, second)
      },
      table: { metrics: [] }
    })

  const ended = (study: ReturnType<typeof judging>, name: string) =>
    Effect.map(runStudy(new Memory(join(folder, name)), study), ([result]) => result!.status === "done" ? "done" : result!.error!)

  it.effect("in order alone takes all of them, batch by batch, and is refused where some are left over", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* ended(judging(inOrder(), [{ file: "rec.json" }]), "whole"), "done")
      assert.match(
        yield* ended(judging(inOrder(), [{ file: "rec.json", limit: 2 }]), "limited"),
        /log\.json has 4 rows, which only their order tells apart, and 2 answers are wanted of it\. Name the columns .* no filter, no limit/
      )
      const alike = write("alike.json", { results: expressions.map(() => ({ question: "Please", model_output: "None" })) })
      assert.match(
        yield* ended(judging(Policy.recorded({ file: alike, ...Policy.logs.vlmR1 }), [{ file: "rec.json", limit: 3 }]), "alike"),
        /alike\.json has 4 rows by "Please", and 3 answers are wanted of them: which belongs to which question cannot be told/
      )
    }))

  it.effect("in order alone begins with the first row, whatever was judged before", () =>
    Effect.gen(function*() {
      const twice = judging(inOrder(), [{ file: "rec.json" }, { file: "rec.json" }])
      const journal = new Memory(join(folder, "twice"))
      assert.strictEqual((yield* runStudy(journal, twice))[0]!.status, "done")
      const measured = journal.stages.filter(({ record }) => record.name === "referring").map(({ steps }) => steps[0]!.metrics.map(({ value }) => value))
      assert.lengthOf(measured, 2)
      assert.deepStrictEqual(measured[1], measured[0])
    }))

  it.effect("is planned for one evaluation where order alone tells rows apart, also where the first is finished", () =>
    Effect.gen(function*() {
      write("others.json", [...JSON.parse(readFileSync(join(folder, "rec.json"), "utf8")) as Array<unknown>].toReversed())
      const [both, first] = [[{ file: "rec.json" }, { file: "others.json" }], [{ file: "rec.json" }]] as const
      const planned = (journal: Memory, policy: ReturnType<typeof Policy.recorded>, evaluations: Parameters<typeof judging>[1]) =>
        Effect.map(Effect.flatMap(planStudy(journal, judging(policy, evaluations)), (plan) => Probes.probe(plan, 0)), ([probed]) =>
          Result.isFailure(probed!.found) ? probed!.found.failure.message : "fits")
      const journal = new Memory(join(folder, "both"))
      const refused = /log\.json has rows that only their order tells apart, and 2 evaluations ask for them \("part0", "part1"\)/
      assert.match(yield* planned(journal, inOrder(), both), refused)
      yield* runStudy(journal, judging(inOrder(), first))
      assert.match(yield* planned(journal, inOrder(), both), refused)
      const fresh = new Memory(join(folder, "fresh"))
      assert.strictEqual(yield* planned(fresh, inOrder(), first), "fits")
      // the same data, measured in two ways
      assert.strictEqual(yield* planned(fresh, inOrder(), [...first, ...first]), "fits")
      assert.strictEqual(yield* planned(fresh, Policy.recorded({ file: join(folder, "log.json"), ...Policy.logs.vlmR1 }), both), "fits")
    }))

  it("wants a file and the column of answers", () => {
    assert.throws(() => Policy.recorded({ file: "", answer: "a" }), /file/)
    assert.throws(() => Policy.recorded({ file: "a.json" } as never), /answer/)
  })
})
