/** Writes tokenizer.json and generation_config.json of assets/tiny-vl: `node pipelines/support/tinyTokenizer.ts`. */
import { writeFileSync } from "node:fs"
import { colours, forms } from "../../src/vision/scenes/scene.ts"
import { messages } from "../../src/task/ask.ts"
import { detection } from "../../src/task/detection/detection.ts"
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

/** Stands for a label; no template holds it. */
const slot = "\u0000"

/** What the study's templates say around the labels, and the chat template's own system prompt. */
const passages = [
  ...[templates.enhanced, templates.fixedSpace, templates.missingSpace, templates.standard, templates.system]
    .flatMap((template) => messages(template, detection.fill(template.question ?? detection.wording, [slot, slot])))
    .flatMap(({ content }) => typeof content === "string" ? [{ type: "text", text: content } as const] : content)
    .flatMap((part) => part.type === "text" ? [part.text] : [])
    .flatMap((text) => text.split(slot)),
  "You are a helpful assistant."
]

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
  "I see "
]

/** The sentences of a passage, without the space around them (so that a missing space shows). */
const sentences = (passage: string): ReadonlyArray<string> =>
  passage
    .split(/(?<=[.`])(?=\s?[A-Z])|(?<=>)\n(?=[A-Z])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 1)

/** The content of assets/tiny-vl/tokenizer.json. */
export const tokenizer = trainTokenizer({
  integers: 1000,
  words: [...colours, ...forms.map((form) => ` ${form}`), ", ", ": ", "; ", "None"],
  texts: passages,
  phrases: [...chat, ...answers, ...passages.flatMap(sentences)],
  merges: 256,
  special
})

const idOf = (content: string) => tokenizer.added_tokens.find((token) => token.content === content)!.id

const write = (file: string, json: string) =>
  writeFileSync(new URL(`../../assets/tiny-vl/${file}`, import.meta.url), `${json}\n`)

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
