/** VLM-R1's training rows: conversations of one question and one answer, about one image, several or none. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { BadField, isRow, requireInside, type Row, show, textOf } from "../../task/detection/coco/fields.ts"
import type { Entry } from "../../task/readRows.ts"
import * as Text from "../../task/Text.ts"
import type { Conversation, Exchange } from "./exchange.ts"
import { files } from "./files.ts"
import type { Look } from "../pictures/lookOnce.ts"
import type { Result } from "./readEntry.ts"
import { listHash, readList } from "./readList.ts"

const config = Schema.Struct({
  ...files,
  /** Name of the task that asks and judges these: its `exchanges` makes examples of them. */
  task: Schema.NonEmptyString
})

type Options = typeof config["Type"]

/** `image`: a path, a list of paths, or left out. */
const filesOf = (row: Row): ReadonlyArray<string> => {
  const value = row["image"]
  const paths: ReadonlyArray<unknown> = value === undefined ? [] : Array.isArray(value) ? value : [value]
  return paths.map((path, i) => {
    if (typeof path !== "string" || path === "") {
      throw new BadField("image", `must be a path or a list of paths, not ${show(path)}`, Array.isArray(value) ? i : undefined)
    }
    requireInside("image", path)
    return path
  })
}

/** What one side says. A number or a truth value counts as its text, as the published loader takes it. */
const valueOf = (turn: unknown, index: number, from: string): string => {
  const wrong = (wants: string) => new BadField("conversations", wants, index)
  if (!isRow(turn)) throw wrong(`must be an object with "from" and "value", not ${show(turn)}`)
  if (turn["from"] !== from) throw wrong(`must be from "${from}", not ${show(turn["from"])}`)
  const value = turn["value"]
  if (typeof value === "number" || typeof value === "boolean") return String(value)
  if (typeof value === "string" && Text.strip(value) !== "") return value
  throw wrong(`must have a value that is a text, not ${show(value)}`)
}

/** The answer alone: what stands in its last answer tags, or all of it. */
const answerOf = (value: string): string => Text.strip(Text.lastAnswer(value) ?? value)

const turnsOf = (row: Row) => {
  const turns = row["conversations"]
  if (!Array.isArray(turns) || turns.length !== 2) {
    throw new BadField("conversations", `must be one question and one answer, not ${show(turns)}`)
  }
  const question = Text.strip(valueOf(turns[0], 0, "human").replaceAll("<image>", ""))
  if (question === "") throw new BadField("conversations", "must ask something besides \"<image>\"", 0)
  return { question, answer: answerOf(valueOf(turns[1], 1, "gpt")) }
}

const draftOf = (row: Row) => ({
  files: filesOf(row),
  ...turnsOf(row),
  ...(row["accu_reward_method"] === undefined ? {} : { method: textOf(row, "accu_reward_method") })
})

type Draft = ReturnType<typeof draftOf>

/** The pictures of a row, or what is wrong with the first bad one. */
const picturesOf = Effect.fnUntraced(function*(files: ReadonlyArray<string>, entry: string, look: Look) {
  const images: Array<Conversation["images"][number]> = []
  for (const file of files) {
    const found = yield* look(entry, "image", file)
    if ("problem" in found) return found
    images.push(found.image)
  }
  return { images }
})

const conversationOf = ({ files, ...rest }: Draft, { entry, index }: Entry, task: string, look: Look) =>
  Effect.map(picturesOf(files, entry, look), (found): Result<Conversation> =>
    "problem" in found ? found : { example: { id: String(index), task, ...found, ...rest } })

/** The rows of a file as conversations, each about as many images as it has. Errors as for `conversations`. */
export const readConversations = (options: Options) =>
  readList(options, draftOf, (draft, entry, look) => conversationOf(draft, entry, options.task, look))

/** A conversation about one image, as prompts here are; another number of them is a problem. */
const aboutOne = (result: Result<Conversation>, entry: string): Result<Exchange> => {
  if ("problem" in result) return result
  const { images, ...rest } = result.example
  const [image] = images
  if (image !== undefined && images.length === 1) return { example: { ...rest, image } }
  const count = images.length === 0 ? "no image" : `${images.length} images`
  return { problem: { kind: count, entry, message: `field "image": a prompt shows one image, and this row has ${count}. Take it out.` } }
}

/**
 * Questions with their answers in VLM-R1's training rows; a row is an example, and its place in the file is the example's id.
 *
 * `<image>` is taken out of questions, think and answer tags off answers, as the published loader does. A row must have one
 * image. What trains and is evaluated is made of them by their task: `Task.detection.exchanges`, `Task.referring.exchanges`,
 * `Task.counting.exchanges`. Fails with `DataError`, naming file, row and field; `onBad` as for `Data.coco`.
 * Source: om-ai-lab/VLM-R1, grpo_jsonl.py.
 */
export const conversations = Stage.define({
  kind: "data",
  name: "conversations",
  module: import.meta.url,
  config,
  content: ({ annotations, images }) => listHash(annotations, images, filesOf),
  run: (options, _input: unknown) =>
    readList(options, draftOf, (draft, entry, look) =>
      Effect.map(conversationOf(draft, entry, options.task, look), (result) => aboutOne(result, entry.entry)))
})
