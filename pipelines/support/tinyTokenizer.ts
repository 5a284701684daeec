/**
 * Writes tokenizer.json and generation_config.json of the shipped models, which are the same for all of them:
 * `node pipelines/support/tinyTokenizer.ts`.
 */
import { writeFileSync } from "node:fs"
import { colours, forms } from "../../src/vision/scenes/scene.ts"
import { namesOf } from "../../src/vision/scenes/names.ts"
import { english, extremes, phrases, positions, relations } from "../../src/vision/scenes/phrase.ts"
import { figureForms, materials } from "../../src/vision/scenes/thing.ts"
import { messages } from "../../src/task/ask.ts"
import { counting } from "../../src/task/counting/counting.ts"
import { detection } from "../../src/task/detection/detection.ts"
import { referring } from "../../src/task/referring/referring.ts"
import { region } from "../../src/task/region/region.ts"
import * as templates from "../../src/prompt/templates.ts"
import { trainTokenizer } from "./trainTokenizer.ts"

/** Named as Qwen2.5-VL names them. */
const special = [
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|vision_start|>",
  "<|vision_end|>",
  "<|image_pad|>",
  "<|video_pad|>"
]

/** Stands for what a question is about; no template holds it. */
const slot = "\u0000"

/** The studies' templates. */
const asked = [templates.enhanced, templates.fixedSpace, templates.missingSpace, templates.standard, templates.system]

/** The questions of every task by them. */
const questions = asked.flatMap((template) => [
  messages(template, detection.fill(template.question ?? detection.wording, [slot, slot])),
  ...(template.question === undefined
    ? [
      messages(template, referring.fill(referring.wording, slot)),
      messages(template, counting.fill(counting.wording, slot)),
      messages(template, region.wording.replaceAll(/\{\w+\}/g, slot))
    ]
    : [])
])

/** What they say around the slots, and the chat template's own system prompt. */
const passages = [
  ...questions.flat()
    .flatMap(({ content }) => typeof content === "string" ? [{ type: "text", text: content } as const] : content)
    .flatMap((part) => part.type === "text" ? [part.text] : [])
    .flatMap((text) => text.split(slot)),
  "You are a helpful assistant."
]

/** What questions are about: words at the start of a label and within it. */
const words = [...colours, ...new Set([...forms, ...figureForms]), ...materials, ...extremes]
const names = (["celebrity", "logo", "landmark"] as const).flatMap(namesOf)
const within = [...words, ...[...positions, ...relations].flatMap((relation) => relation.split(" ")), "the", "a", "that", "is", "not", "with", "without", "border"]

const chat = ["system\n", "user\n", "assistant\n"]

/** The tags stay apart from what they enclose, so that a model can forget one, and learn not to. */
const answers = [
  "<think>",
  "</think>",
  "<answer>",
  "</answer>",
  `\`\`\`json\n[{"bbox_2d": [`,
  `], "label": "`,
  `"}, {"bbox_2d": [`,
  `"}]\n\`\`\``,
  "I see ",
  "I look for ",
  "```json\n{\"bbox_2d\": [",
  "]}\n```"
]

/** The sentences of a passage, without the space around them (so that a missing space shows). */
const sentences = (passage: string): ReadonlyArray<string> =>
  passage
    .split(/(?<=[.?`])(?=\s?[A-Z])|(?<=>)\n(?=[A-Z])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 1)

/** The content of tokenizer.json. */
export const tokenizer = trainTokenizer({
  integers: 1000,
  words: [...words, ...names, ...within.map((word) => ` ${word}`), ", ", ": ", "; ", "None"],
  texts: [...passages, ...Object.values(phrases).flat().map(english)],
  phrases: [...chat, ...answers, ...passages.flatMap(sentences)],
  merges: 512,
  special
})

const idOf = (content: string) => tokenizer.added_tokens.find((token) => token.content === content)!.id

const write = (file: string, json: string) => {
  for (const model of ["tiny-vl", "tiny-vl-large"]) {
    writeFileSync(new URL(`../../assets/${model}/${file}`, import.meta.url), `${json}\n`)
  }
}

if (import.meta.main) {
  // A merge stays on one line, as the diff of a new vocabulary is long enough.
  const pair = /\[\n\s+(".*"),\n\s+(".*")\n\s+\]/g
  write("tokenizer.json", JSON.stringify(tokenizer, null, 1).replace(pair, "[$1, $2]"))
  const generation = {
    do_sample: true,
    eos_token_id: [idOf("<|im_end|>"), idOf("<|endoftext|>")],
    pad_token_id: idOf("<|endoftext|>"),
    temperature: 1
  }
  write("generation_config.json", JSON.stringify(generation, null, 2))
}
