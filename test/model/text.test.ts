import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tokenizer } from "../../pipelines/support/tinyTokenizer.ts"
import { learnMerges } from "../../pipelines/support/trainTokenizer.ts"
import type { Example } from "../../src/task/detection/example.ts"
import { labels } from "../../src/vision/scenes/scene.ts"
import * as Random from "../../src/pipeline/Random.ts"
import * as Text from "../../src/model/modelText.ts"
import * as Prompt from "../../src/prompt/index.ts"
import * as templates from "../../src/prompt/templates.ts"
import { detection } from "../../src/task/detection/detection.ts"
import { answer } from "../../src/task/detection/index.ts"

const tiny = "assets/tiny-vl"
const text = await Effect.runPromise(Text.load(tiny))

/** The pieces of a text, one a token. */
const pieces = (value: string) => text.encode(value).map((id) => text.decode([id]))

const render = (...args: Parameters<Text.Text["render"]>) => Result.getOrThrow(text.render(...args))

describe("the tiny tokenizer", () => {
  it("is what pipelines/support/tinyTokenizer.ts makes of the templates, which the model was trained on", () => {
    const shipped = JSON.parse(readFileSync(join(tiny, "tokenizer.json"), "utf8"))
    assert.deepStrictEqual(shipped, JSON.parse(JSON.stringify(tokenizer)))
  })

  it("writes every integer up to 1000 as one token, whose id is the integer, wherever it stands", () => {
    for (let n = 0; n <= 1000; n++) {
      assert.deepStrictEqual(text.encode(String(n)), [n])
      for (const [before, after] of [["see ", " red"], ["[", ", "], ["x", "y"], [": ", "."], ["é", "é"]] as const) {
        const ids = text.encode(`${before}${n}${after}`)
        assert.strictEqual(ids.filter((id) => id === n).length, 1, `${before}${n}${after}`)
      }
    }
  })

  it("writes a label as its colour and its shape, whatever surrounds it", () => {
    for (const label of labels) {
      const [colour, form] = label.split(" ")
      const contexts = ["", "['|', '", "'|'].", "], \"label\": \"|\"}", "I see |: 2", ", |s and ", "; |."]
      for (const context of contexts) {
        const [before = "", after = ""] = context.split("|")
        const found = pieces(`${before}${label}${after}`).join("|")
        assert.include(`|${found}|`, `|${colour}| ${form}|`, `${before}${label}${after}`)
      }
    }
  })

  const size = { width: 112, height: 112 }
  const ask = (template: typeof templates.standard, boxes: number) => {
    const example: Example = {
      id: "a",
      image: { ...size, path: "a.png" },
      objects: Array.from({ length: boxes }, (_, i) => ({
        label: i === 0 ? "yellow triangle" : "red circle",
        box: { space: "original", x1: 10 + i, y1: 20, x2: 60 + i, y2: 100 },
        area: 4000,
        crowd: false
      })),
      positives: [],
      negatives: []
    }
    return Prompt.make(detection, template, example, ["yellow triangle", "red circle"].slice(0, Math.max(boxes, 1)), size)
  }

  it("keeps the prompts of every template within 45 tokens", () => {
    for (const template of Object.values(templates)) {
      const prompt = render(ask(template, 2).messages, { addGenerationPrompt: true })
      assert.isAtMost(text.encode(prompt).length, 45, template.name)
    }
  })

  it("takes 22 tokens for an answer of one box and 11 for each further box", () => {
    const tokens = (boxes: number) => text.encode(answer(ask(templates.standard, boxes).truth)).length
    assert.isAtMost(text.encode(ask(templates.standard, 1).solution).length, 22)
    assert.strictEqual(tokens(3) - tokens(2), 11)
  })

  it("leaves the tags breakable: each is a token of its own in an answer, and none is special", () => {
    const { solution } = ask(templates.standard, 1)
    for (const tag of ["<think>", "</think>", "<answer>", "</answer>"]) assert.include(pieces(solution), tag)
    assert.strictEqual(text.decode(text.encode(solution)), solution)
  })

  it("shows the study's missing space as one token", () => {
    const [missing, fixed] = [templates.missingSpace, templates.fixedSpace].map((template) =>
      text.encode(render(ask(template, 1).messages, { addGenerationPrompt: true })).length
    )
    assert.strictEqual(fixed! - missing!, 1)
  })

  it("is small, and names its special tokens as Qwen2.5-VL does", () => {
    assert.isBelow(text.vocabularySize, 1800)
    assert.strictEqual(new Set(Object.values(text.special)).size, 6)
    assert.deepStrictEqual(text.endIds, [text.special.imEnd, text.special.endOfText])
  })
})

describe("encoding", () => {
  it.prop("decodes back exactly", [Schema.String], ([value]) => {
    const sound = value.toWellFormed().replaceAll(/<\|\w+\|>/g, "")
    assert.strictEqual(text.decode(text.encode(sound)), sound)
  }, { arbitrary: { runs: 300 } })

  it("decodes back exactly over all of Unicode, white space, numbers and halves of templates", () => {
    const draw = Random.stream(Random.key(7))
    const below = (n: number) => Math.floor(draw() * n)
    const source = Object.values(templates).map(({ question, request }) => question + request).join("\n")
    const parts = [
      () => String.fromCodePoint(below(0x110000)),
      () => String.fromCodePoint(below(0x250)),
      () => " ".repeat(below(9)),
      () => ["\n", "\t", "\r\n", "\ufeff", "\u00a0", "🎉", "👩‍👩‍👧", "e\u0301"][below(8)]!,
      () => String(below(100_000)),
      () => source.slice(below(source.length)).slice(0, below(80))
    ]
    for (let i = 0; i < 2000; i++) {
      const value = Array.from({ length: below(12) }, () => parts[below(parts.length)]!()).join("").toWellFormed()
      assert.strictEqual(text.decode(text.encode(value)), value)
    }
  })

  it("leaves special tokens and ids that nobody has out of decoded text", () => {
    const ids = [text.special.imStart, ...text.encode("red circle"), 10 ** 6, text.special.imEnd]
    assert.strictEqual(text.decode(ids), "red circle")
    assert.strictEqual(text.decode([]), "")
  })

  it("knows the bytes of every token, of special ones their names", () => {
    const value = "red  circle\n\u00e9\ufeff🎉 [12, 7]"
    const bytes = text.encode(value).flatMap((id) => Array.from(text.bytes(id)))
    assert.deepStrictEqual(bytes, Array.from(new TextEncoder().encode(value)))
    assert.strictEqual(new TextDecoder().decode(text.bytes(text.special.imEnd)), "<|im_end|>")
    assert.strictEqual(text.bytes(10 ** 6).length, 0)
    assert.deepStrictEqual([text.special.imEnd, 10 ** 6, text.encode("red")[0]!].map(text.isSilent), [true, true, false])
  })

  it("gives the same ids again for a remembered text", () => {
    assert.strictEqual(text.encode("Is it remembered?"), text.encode("Is it remembered?"))
  })
})

describe("rendering", () => {
  it("follows Qwen2.5-VL's chat template", () => {
    const image = { type: "image" } as const
    const messages = [{ role: "user" as const, content: [image, { type: "text" as const, text: "What is it?" }] }]
    assert.strictEqual(
      render(messages, { addGenerationPrompt: true }),
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" +
        "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is it?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert.strictEqual(
      render([{ role: "system", content: "Be brief." }, ...messages, { role: "assistant", content: "None" }], {
        addGenerationPrompt: false
      }),
      "<|im_start|>system\nBe brief.<|im_end|>\n" +
        "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is it?<|im_end|>\n" +
        "<|im_start|>assistant\nNone<|im_end|>\n"
    )
  })

  it("repeats each image's mark as often as the image has visual tokens", () => {
    const expanded = Result.getOrThrow(text.expandImages("a<|image_pad|>b<|image_pad|>", [2, 3]))
    const { imagePad } = text.special
    const marks = text.encode(expanded).map((id) => id === imagePad ? "image" : text.decode([id]))
    assert.deepStrictEqual(marks, ["a", "image", "image", "b", "image", "image", "image"])
  })

  it("refuses a prompt whose marks are not as many as its images", () => {
    const refused = Result.getOrThrow(Result.flip(text.expandImages("two <|image_pad|><|image_pad|>", [1])))
    assert.include(refused.message, "marks 2 images")
  })
})

describe("a model folder", () => {
  const folder = Effect.acquireRelease(
    Effect.sync(() => {
      const path = mkdtempSync(join(tmpdir(), "assay-text-"))
      cpSync(tiny, path, { recursive: true })
      return path
    }),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  it.effect("gives the chat template as .jinja file, else as .json file, else in tokenizer_config.json", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const said = Effect.map(Text.load(path), ({ render }) =>
        Result.getOrThrow(render([], { addGenerationPrompt: true })))
      const own = "<|im_start|>assistant\n"
      assert.strictEqual(yield* said, own)
      rmSync(join(path, "chat_template.jinja"))
      assert.strictEqual(yield* said, own)
      const named = [{ name: "tools", template: "tools" }, { name: "default", template: "json" }]
      writeFileSync(join(path, "chat_template.json"), JSON.stringify({ chat_template: named }))
      assert.strictEqual(yield* said, "json")
      writeFileSync(join(path, "chat_template.jinja"), "{{ 'jinja' }}")
      assert.strictEqual(yield* said, "jinja")
      writeFileSync(join(path, "tokenizer_config.json"), "{}")
      rmSync(join(path, "chat_template.json"))
      assert.strictEqual(yield* said, "jinja")
    }))

  it("that is shipped says its template twice: processors of transformers read the .jinja file alone", () => {
    const { chat_template } = JSON.parse(readFileSync(join(tiny, "tokenizer_config.json"), "utf8"))
    assert.strictEqual(readFileSync(join(tiny, "chat_template.jinja"), "utf8"), chat_template)
  })

  it.effect("names the file and what is missing from it", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const added_tokens = tokenizer.added_tokens.filter(({ content }) => content !== "<|image_pad|>")
      writeFileSync(join(path, "tokenizer.json"), JSON.stringify({ ...tokenizer, added_tokens }))
      const noPad = yield* Effect.flip(Text.load(path))
      assert.include(noPad.message, "tokenizer.json")
      assert.include(noPad.message, "has no <|image_pad|>")
      writeFileSync(join(path, "tokenizer_config.json"), "{}")
      rmSync(join(path, "chat_template.jinja"))
      writeFileSync(join(path, "tokenizer.json"), JSON.stringify(tokenizer))
      assert.strictEqual((yield* Effect.flip(Text.load(path))).key, "chat_template")
      writeFileSync(join(path, "tokenizer.json"), "{\"model\": ")
      assert.include((yield* Effect.flip(Text.load(path))).message, "is not valid JSON")
      rmSync(join(path, "tokenizer.json"))
      const missing = yield* Effect.flip(Text.load(path))
      assert.strictEqual(missing.file, "tokenizer.json")
      assert.include(missing.message, "is missing")
    }))

  it.effect("reports a template's own refusal", () =>
    Effect.gen(function*() {
      const path = yield* folder
      writeFileSync(join(path, "chat_template.jinja"), "{{ raise_exception('no system prompt here') }}")
      const refused = (yield* Text.load(path)).render([], { addGenerationPrompt: true })
      assert.include(Result.getOrThrow(Result.flip(refused)).message, "no system prompt here")
    }))
})

describe("learnMerges", () => {
  it("merges the most frequent pair first and stops at whole words", () => {
    const counts = new Map([["low", 5], ["lower", 2]])
    assert.deepStrictEqual(learnMerges(counts, 9).map((pair) => pair.join("+")), ["l+o", "lo+w", "e+r", "low+er"])
    assert.strictEqual(learnMerges(counts, 1).length, 1)
  })
})
