// Writes tokenizer.json and generation_config.json of assets/tiny-vl: node pipelines/support/tinyTokenizer.ts
import { writeFileSync } from "node:fs"
import { colours, forms } from "../../src/data/Scene.ts"
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

/** What the study's templates say, with `{labels}` where the labels go. */
const templates = [
  `Please carefully check the image and detect the following objects: [{labels}]. Output the bbox coordinates of detected objects in <answer></answer>. The bbox coordinates in Markdown format should be: \n\`\`\`json\n[{"bbox_2d": [x1, y1, x2, y2], "label": "object name"}]\n\`\`\`\nIf no targets are detected in the image, simply respond with "None".`,
  `Please carefully observe the image and detect the following targets: {labels}. Output each detected targets' bbox coordinates in JSON format. The format of the bbox coordinates is: \`\`\`json\n[{"bbox_2d": [x1, y1, x2, y2], "label": "target name"}, {"bbox_2d": [x1, y1, x2, y2], "label": "target name"}]\n\`\`\`. If there are no such targets in the image, simply respond with None.`,
  "Output the thinking process in <think> </think> and final answer in <answer> </answer> tags.",
  "First thinks about the reasoning process in the mind and then provides the user with the answer. The reasoning process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> reasoning process here </think><answer> answer here </answer>",
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

/** The passages between labels, cut into sentences, without the space around them (so that a missing space shows). */
const sentences = (template: string): ReadonlyArray<string> =>
  template
    .split("{labels}")
    .flatMap((passage) => passage.split(/(?<=[.`])(?=\s?[A-Z])/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /\w \w/.test(sentence))

const tokenizer = trainTokenizer({
  integers: 1000,
  words: [...colours, ...forms.map((form) => ` ${form}`), "None"],
  texts: [...templates, "I see no and one, there are none of them."],
  phrases: [...chat, ...answers, ...templates.flatMap(sentences)],
  merges: 256,
  special
})

const idOf = (content: string) => tokenizer.added_tokens.find((token) => token.content === content)!.id

const write = (file: string, json: string) =>
  writeFileSync(new URL(`../../assets/tiny-vl/${file}`, import.meta.url), `${json}\n`)

write("tokenizer.json", JSON.stringify(tokenizer, null, 1).replace(/\[\n\s+(".*"),\n\s+(".*")\n\s+\]/g, "[$1, $2]"))
write(
  "generation_config.json",
  JSON.stringify(
    {
      do_sample: true,
      eos_token_id: [idOf("<|im_end|>"), idOf("<|endoftext|>")],
      pad_token_id: idOf("<|endoftext|>"),
      temperature: 1
    },
    null,
    2
  )
)
