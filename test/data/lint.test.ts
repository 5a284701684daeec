/** Slips in wordings and labels. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { lintLabel, lintText, mend } from "../../src/data/inspect/lint.ts"
import { lintFile } from "../../src/data/inspect/lintFile.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { current, older } from "../../src/task/detection/wordings.ts"
import { writeFiles } from "./support.ts"

const kinds = (text: string) => lintText(text).map(({ kind }) => kind)

describe("lintText", () => {
  it("finds no slip in the study's own wordings, and the missing space of the older one", () => {
    assert.deepStrictEqual(kinds(current), [])
    assert.deepStrictEqual(kinds(older(" ").replace("{labels}", "cat; dog")), [])
    const slips = lintText(older("").replace("{labels}", "cat; dog"))
    assert.deepStrictEqual(slips.map(({ kind }) => kind), ["no space after a full stop"])
    assert.include(slips[0]!.mended, "cat; dog. Output each")
  })

  it("leaves alone what only looks like a missing space", () => {
    for (const text of ["e.g.the cat", "U.S.A", "3.5", "a file.txt", "J.R.R. Tolkien", "the end.", "so... Yes"]) assert.deepStrictEqual(kinds(text), [])
  })

  it("counts fences and tags", () => {
    assert.deepStrictEqual(kinds("as ```json\n[]"), ["a fence that is not closed"])
    assert.deepStrictEqual(kinds("in <think></think> and <answer>"), ["tags that do not match"])
    assert.strictEqual(mend("as ```json\n[]", lintText), "as ```json\n[]\n```")
    assert.strictEqual(mend("in <answer>", lintText), "in <answer>")
  })
})

describe("lintLabel", () => {
  it("finds what breaks the list of a question or the JSON of an answer", () => {
    const found = (label: string) => lintLabel(label).map(({ kind }) => kind)
    assert.deepStrictEqual(found("equestrian rider's helmet, blue"), [])
    assert.deepStrictEqual(found("a\ncat"), ["a line break in a label"])
    assert.deepStrictEqual(found(" cat"), ["space around a label"])
    assert.deepStrictEqual(found("a \"smart\" cat"), ["a quote in a label"])
    assert.deepStrictEqual(found("cat', 'dog"), ["a separator in a label"])
    assert.deepStrictEqual(found("cat; dog"), ["a separator in a label"])
    assert.strictEqual(mend(" a\n cat ", lintLabel), "a cat")
  })
})

describe("mend", () => {
  it("comes to an end, and leaves nothing that it could mend", () => {
    const letters = ["a", "B", ".", " ", "```", "<think>", "\n", "\"", "'", "\u2028"]
    for (let round = 0; round < 500; round++) {
      const next = Random.stream(Random.fold(Random.key(6), round))
      const text = Array.from({ length: 30 }, () => letters[Math.floor(next() * letters.length)]!).join("")
      for (const lint of [lintText, lintLabel]) {
        assert.isTrue(lint(mend(text, lint)).every(({ mended }) => mended === undefined), JSON.stringify(text))
      }
    }
  })
})

const look = (path: string) =>
  Effect.promise(async () => {
    const found: Array<string> = []
    let text = ""
    for await (const piece of lintFile(path, ({ entry, kind }) => found.push(`${entry}: ${kind}`))) text += piece
    return { found, text }
  })

describe("lintFile", () => {
  it.effect("names row and field of rows, and writes them mended", () =>
    Effect.gen(function*() {
      const rows = [
        { id: 1, conversations: [{ from: "human", value: "Find cats.Output boxes." }, { from: "gpt", value: "None" }] },
        { id: 2, problem: "Where is it.It is red.", solution: [1, 2, 3, 4] },
        { id: 3, question: "How many?" }
      ]
      const folder = yield* writeFiles({ "a.jsonl": `${rows.map((row) => JSON.stringify(row)).join("\n\n")}\nnonsense`, "a.json": rows })
      const lines = yield* look(join(folder, "a.jsonl"))
      assert.deepStrictEqual(lines.found, [
        "line 1, conversations[0].value: no space after a full stop",
        "line 3, problem: no space after a full stop",
        "line 6: no JSON"
      ])
      const mended = lines.text.trim().split("\n").map((line) => JSON.parse(line))
      assert.deepStrictEqual(mended, [
        { id: 1, conversations: [{ from: "human", value: "Find cats. Output boxes." }, { from: "gpt", value: "None" }] },
        { id: 2, problem: "Where is it. It is red.", solution: [1, 2, 3, 4] },
        { id: 3, question: "How many?" }
      ])
      const list = yield* look(join(folder, "a.json"))
      assert.deepStrictEqual(list.found, lines.found.slice(0, 2).map((said, i) => said.replace(/line \d/, `[${i}]`)))
      assert.strictEqual(list.text, lines.text)
    }))

  it.effect("takes JSON lines for rows whatever the file is called", () =>
    Effect.gen(function*() {
      const rows = [{ image: "a.png", problem: "Where is it.It is red." }, { images: ["b.png"], question: "How many?" }]
      const lines = (some: ReadonlyArray<object>) => some.map((row) => JSON.stringify(row)).join("\n")
      const folder = yield* writeFiles({ "a.json": lines(rows), "b.json": lines(rows.toReversed()), "one.json": rows[0], "one.jsonl": { images: [{ path: "b.png" }], problem: rows[0]!.problem } })
      const slip = "problem: no space after a full stop"
      for (const [file, line] of [["a.json", 1], ["b.json", 2], ["one.json", 1], ["one.jsonl", 1]] as const) {
        const { found, text } = yield* look(join(folder, file))
        assert.deepStrictEqual(found, [`line ${line}, ${slip}`], file)
        assert.include(text, "Where is it. It is red.")
      }
    }))

  it.effect("names labels of an instances file, and writes it mended with all else as it was", () =>
    Effect.gen(function*() {
      const document = {
        info: { year: 2017 },
        images: [{ id: 0, text: ["cat\n"], neg_text: ["dog"] }],
        annotations: Array.from({ length: 3000 }, (_, id) => ({ id, bbox: [0.1, 1e-7, 3, 4] })),
        licenses: [],
        categories: [{ id: 1, name: "cat\n" }, { id: 2, name: "dog" }]
      }
      const folder = yield* writeFiles({ "a.json": document })
      const { found, text } = yield* look(join(folder, "a.json"))
      assert.deepStrictEqual(found, ["images[0], text[0]: a line break in a label", "categories[0], name: a line break in a label"])
      assert.strictEqual(text, readFileSync(join(folder, "a.json"), "utf8").replaceAll("cat\\n", "cat"))
    }))
})
