/** Examples of detection and of referring, made of questions as files word them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../src/pipeline/declare/Stage.ts"
import * as Rows from "../../src/pipeline/Rows.ts"
import * as detection from "../../src/task/detection/index.ts"
import { listed, listedIn } from "../../src/task/listed.ts"
import * as referring from "../../src/task/referring/index.ts"
import { type Problem, Report } from "../../src/task/problem.ts"
import { spool } from "../../src/testing.ts"

const rows = (questions: ReadonlyArray<readonly [question: string, answer: string]>, task: string) =>
  Stage.define({
    kind: "data",
    name: "rows",
    module: import.meta.url,
    config: Schema.Struct({}),
    run: () => ({
      name: "rows",
      categories: [],
      examples: Rows.of(questions.map(([question, answer], i) => ({
        id: String(i),
        image: { path: "a.png", width: 100, height: 50 },
        task,
        question,
        answer
      }))),
      skipped: 0
    })
  })({})

const asking = (...labels: ReadonlyArray<string>) => `Please carefully check the image and detect the following objects: ${listed(labels)}. Output [{"bbox_2d": [x1]}]`
const answering = (...boxes: ReadonlyArray<readonly [string, ReadonlyArray<number>]>) =>
  `\`\`\`json\n${JSON.stringify(boxes.map(([label, box]) => ({ bbox_2d: box, label })))}\n\`\`\``

describe("listedIn", () => {
  it("reads what is listed, whatever the labels hold", () => {
    for (const labels of [["cat"], ["a \"b\"", "equestrian rider's helmet"], ["it's \"so\"", "back\\slash", "x', 'y", "[1]", "a, b"]]) {
      assert.deepStrictEqual(listedIn(`Find [x] and ${listed(labels)}.`), labels)
    }
    for (const text of ["", "Find [cat].", "[]", "['cat'"]) assert.isEmpty(listedIn(text))
  })
})

describe("Task.detection.exchanges", () => {
  const made = (questions: ReadonlyArray<readonly [string, string]>, { onBad, task = "detection" }: { readonly onBad?: "skip"; readonly task?: string } = {}) =>
    Effect.gen(function*() {
      const told: Array<Problem> = []
      const found = yield* detection.exchanges(rows(questions, task), onBad && { onBad }).run(undefined)
        .pipe(Effect.provideService(Report, { problem: (problem) => told.push(problem), note: (note) => told.push(note) }))
      return { ...found, examples: yield* Rows.toArray(found.examples), told: told.map(({ entry, message }) => `${entry}: ${message}`) }
    }).pipe(Effect.provide(spool))

  it.effect("reads labels and boxes; those without a box are negatives", () =>
    Effect.gen(function*() {
      const { categories, examples } = yield* made([
        [asking("fruit", "a drink's can"), answering(["a drink's can", [10, 5, 30, 25]], ["a drink's can", [40, 5, 60, 25]])],
        [asking("fruit"), "None"]
      ])
      const object = (x1: number) =>
        ({ label: "a drink's can", box: { space: "original" as const, x1, y1: 5, x2: x1 + 20, y2: 25 }, area: 400, crowd: false })
      assert.deepStrictEqual(categories, ["a drink's can", "fruit"])
      assert.deepStrictEqual(examples.map(({ negatives, objects, positives }) => [positives, negatives, objects]), [
        [["a drink's can"], ["fruit"], [object(10), object(40)]],
        [[], ["fruit"], []]
      ])
    }))

  it.effect("leaves out what is another question, counts it and tells of it", () =>
    Effect.gen(function*() {
      const { examples, skipped, told } = yield* made([
        ["Where is the cat?", answering(["cat", [1, 2, 3, 4]])],
        [asking("cat"), "I see no cat"],
        [asking("cat"), answering(["dog", [1, 2, 3, 4]])],
        [asking("cat"), answering(["cat", [1, 2, 3, 4]], ["cat", [1, 2, 3]])],
        [asking("cat"), answering(["cat", [1, 2, 3, 4]])]
      ])
      assert.deepStrictEqual([examples.map(({ id }) => id), skipped], [["4"], 4])
      assert.deepStrictEqual(told, ["rows: 4 of 5 rows are left out, the first is row 0: not a list of labels to detect, with their boxes."])
    }))

  it.effect("takes a box that leaves its image for a fault of the row", () =>
    Effect.gen(function*() {
      const right = [asking("cat"), answering(["cat", [1, 2, 3, 4]])] as const
      for (const box of [[1, 2, 300, 4], [3, 2, 1, 4]]) {
        const given = [right, [asking("cat"), answering(["cat", box])]] as const
        const { message } = yield* Effect.flip(made(given))
        assert.include(message, `rows, row 1, answer: [${box.join(", ")}] is empty, or leaves the image of 100 x 50 pixels.`)
        const { examples, skipped, told } = yield* made(given, { onBad: "skip" })
        assert.deepStrictEqual([examples.length, skipped, told.length], [1, 1, 1])
        assert.include(told[0], "row 1: answer")
      }
    }))

  it.effect("fails where nothing is left, as for rows of another task", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(made([[asking("cat"), "None"]], { task: "counting" }))
      assert.match(message, /No image of "rows" holds a list of labels to detect/)
    }))
})

describe("Task.referring.exchanges", () => {
  it.effect("reads expression and box, and leaves out what says something else", () =>
    Effect.gen(function*() {
      const words = "Please provide the bounding box coordinate of the region this sentence describes:"
      const { examples, skipped } = yield* referring.exchanges(rows([
        [`${words} the man in red.`, "[10.5, 5, 30, 25]"],
        [`${words} the man in red`, "{\"bbox_2d\": [1, 2, 3, 4]}"],
        [`${words} the man in red.`, "on the left"],
        ["Where is the man?", "[1, 2, 3, 4]"]
      ], "referring")).run(undefined)
      const found = (yield* Rows.toArray(examples)).map(({ box, expression, id }) => [id, expression, box.x1, box.x2])
      assert.deepStrictEqual([found, skipped], [[["0", "the man in red", 10.5, 30], ["1", "the man in red", 1, 3]], 2])
      const outside = rows([[`${words} the man in red.`, "[1, 2, 300, 4]"]], "referring")
      assert.match((yield* Effect.flip(referring.exchanges(outside).run(undefined))).message, /^rows, row 0, answer: \[1, 2, 300, 4\]/)
    }).pipe(Effect.provide(spool)))
})
