/** Counting questions and conversations. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { spool } from "../../src/testing.ts"
import { png, run, writeFiles } from "./support.ts"

const lines = (rows: ReadonlyArray<unknown>) => rows.map((one) => `${JSON.stringify(one)}\n`).join("")

const set = (rows: ReadonlyArray<unknown>) =>
  Effect.gen(function*() {
    const [a, b] = yield* Effect.promise(() => Promise.all([png(20, 10), png(30, 40)]))
    const folder = yield* writeFiles({ "rows.jsonl": lines(rows), "images/a.png": a, "images/sub/b.png": b })
    return { annotations: join(folder, "rows.jsonl"), images: join(folder, "images") }
  })

describe("Data.superclevr", () => {
  const row = (change: object = {}) =>
    ({ image_path: "./images/a.png", question: "How many different items are there in the image?", ground_truth: 4, ...change })

  it.effect("reads question and count, and finds pictures in their folder", () =>
    Effect.gen(function*() {
      const files = yield* set([row(), row({ ground_truth: "10" })])
      const { examples, name } = yield* run(Data.superclevr(files))
      assert.strictEqual(name, "rows")
      const [first, second] = yield* toArray(examples)
      assert.deepStrictEqual(first, {
        id: "0",
        image: { path: join(files.images, "a.png"), width: 20, height: 10 },
        task: "counting",
        question: "How many different items are there in the image?",
        answer: "4"
      })
      assert.strictEqual(second!.answer, "10")
    }))

  for (const wrong of ["four", 4.5, -1, null, undefined, [4]]) {
    it.effect(`refuses ${String(JSON.stringify(wrong))} as a count`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(run(Data.superclevr(yield* set([row(), row({ ground_truth: wrong })]))))
        for (const part of ["line 2", "ground_truth", "whole number"]) assert.include(error.message, part)
      }))
  }
})

const row = (image: unknown, human: unknown, gpt: unknown, more: object = {}) =>
  ({ id: 1, ...(image === undefined ? {} : { image }), conversations: [{ from: "human", value: human }, { from: "gpt", value: gpt }], ...more })

const conversations = (rows: ReadonlyArray<unknown>) =>
  Effect.map(set(rows), (files) => ({ ...files, task: "counting" }))

describe("Data.conversations", () => {
  it.effect("reads question and answer, with <image> or without, and the method of judging", () =>
    Effect.gen(function*() {
      const files = yield* conversations([
        row("a.png", "<image>How many?", "<think>I see</think><answer> 3 </answer>"),
        row(["sub/b.png"], "How many?", 0.5, { accu_reward_method: "yes_no" })
      ])
      const found = yield* toArray((yield* run(Data.conversations(files))).examples)
      assert.deepStrictEqual(found, [
        {
          id: "0",
          image: { path: join(files.images, "a.png"), width: 20, height: 10 },
          task: "counting",
          question: "How many?",
          answer: "3"
        },
        {
          id: "1",
          image: { path: join(files.images, "sub/b.png"), width: 30, height: 40 },
          task: "counting",
          question: "How many?",
          answer: "0.5",
          method: "yes_no"
        }
      ])
    }))

  it.effect("has rows about one image only; others are read by readConversations", () =>
    Effect.gen(function*() {
      const files = yield* conversations([
        row(undefined, "What is two and two?", "4"),
        row(["a.png", "sub/b.png"], "<image><image>How many in both?", "3"),
        row("a.png", "How many?", "1")
      ])
      const error = yield* Effect.flip(run(Data.conversations(files)))
      assert.include(error.message, "line 1, field \"image\"")
      const { examples, skipped } = yield* run(Data.conversations({ ...files, onBad: "skip" }))
      assert.deepStrictEqual([(yield* toArray(examples)).map(({ id }) => id), skipped], [["2"], 2])
      const all = yield* Effect.provide(Data.readConversations({ ...files, onBad: "fail" }), spool)
      const found = yield* toArray(all.examples)
      assert.deepStrictEqual(found.map(({ images, question }) => [question, images.map(({ width }) => width)]), [
        ["What is two and two?", []],
        ["How many in both?", [20, 30]],
        ["How many?", [20]]
      ])
    }))

  const spoilt: ReadonlyArray<readonly [what: string, row: object, says: ReadonlyArray<string>]> = [
    ["an image that is a number", row(7, "How many?", "1"), ["image", "7"]],
    ["a list with an empty path", row(["a.png", ""], "How many?", "1"), ["\"image\"[1]"]],
    ["a path out of the folder", row("../a.png", "How many?", "1"), ["image", "stay inside"]],
    ["a picture that is not there", row("c.png", "How many?", "1"), ["c.png"]],
    ["no answer", { image: "a.png", conversations: [{ from: "human", value: "How many?" }] }, ["one question and one answer"]],
    ["two humans", { image: "a.png", conversations: [{ from: "human", value: "a" }, { from: "human", value: "b" }] }, ["\"gpt\""]],
    ["nothing asked", row("a.png", "<image> ", "1"), ["conversations", "ask something"]],
    ["an answer that is a list", row("a.png", "How many?", [1]), ["conversations", "value"]],
    ["a method that is no text", row("a.png", "How many?", "1", { accu_reward_method: 1 }), ["accu_reward_method"]]
  ]
  for (const [what, bad, says] of spoilt) {
    it.effect(`${what} is a bad row`, () =>
      Effect.gen(function*() {
        const files = yield* conversations([row("a.png", "How many?", "1"), bad])
        const error = yield* Effect.flip(run(Data.conversations(files)))
        for (const part of [files.annotations, "line 2", ...says]) assert.include(error.message, part)
        assert.strictEqual((yield* run(Data.conversations({ ...files, onBad: "skip" }))).skipped, 1)
      }))
  }
})
