/** A model's text side: tokenizer, chat template and special tokens. */
import { Template } from "@huggingface/jinja"
import { Tokenizer } from "@huggingface/tokenizers"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { exits } from "../pipeline/Errors.ts"
import type { Message } from "./message.ts"
import { ModelFolderError, readJson, readOptional, readOptionalJson } from "./modelFolderError.ts"
import { tokenBytes } from "./tokenBytes.ts"

/** Messages or a prompt that the model's text side cannot take. */
export class TextError extends Data.TaggedError("TextError")<{ readonly message: string }> {
  readonly exitCode = exits.invalid
}

/** The special tokens that the model's input is made with. */
export interface SpecialIds {
  readonly imStart: number
  readonly imEnd: number
  readonly visionStart: number
  readonly visionEnd: number
  readonly imagePad: number
  readonly endOfText: number
}

/** From messages to token ids and back, as a model folder's tokenizer and chat template say. */
export interface Text {
  /** The chat template applied to the messages, one `<|image_pad|>` an image. */
  readonly render: (
    messages: ReadonlyArray<Message>,
    options: { readonly addGenerationPrompt: boolean }
  ) => Result.Result<string, TextError>
  /** Repeats the i-th `<|image_pad|>` `counts[i]` times: the number of visual tokens of that image after merging. */
  readonly expandImages: (rendered: string, counts: ReadonlyArray<number>) => Result.Result<string, TextError>
  /** Token ids of a text, special tokens recognised; the latest results are remembered. */
  readonly encode: (text: string) => ReadonlyArray<number>
  /** Text of token ids, special tokens and ids beyond the vocabulary left out. */
  readonly decode: (ids: ReadonlyArray<number>) => string
  /** The bytes of one token, those of a special token's name too; none of an id beyond the vocabulary. */
  readonly bytes: (id: number) => Uint8Array
  /** Whether `decode` leaves a token out. */
  readonly isSilent: (id: number) => boolean
  readonly special: SpecialIds
  /** Ids that end a completion, the end of a turn first. */
  readonly endIds: ReadonlyArray<number>
  /** One more than the largest id. */
  readonly vocabularySize: number
}

const imageMark = "<|image_pad|>"

const ChatTemplate = Schema.Union([
  Schema.String,
  Schema.Array(Schema.Struct({ name: Schema.String, template: Schema.String }))
])

const TemplateHolder = Schema.Struct({ chat_template: Schema.optional(ChatTemplate) })

const GenerationConfig = Schema.Struct({
  eos_token_id: Schema.optional(Schema.Union([Schema.Int, Schema.Array(Schema.Int)]))
})

/** Loads the text side of a Hugging Face model folder. */
export const load = Effect.fn("Text.load")(function*(folder: string) {
  const tokenizer = yield* loadTokenizer(folder)
  const template = yield* loadTemplate(folder)
  const special = yield* specialIds(folder, tokenizer)
  const endIds = yield* loadEndIds(folder, special)
  return make(tokenizer, template, special, endIds)
})

const make = (tokenizer: Tokenizer, template: Template, special: SpecialIds, endIds: ReadonlyArray<number>): Text => ({
  bytes: (id) => {
    const added = tokenizer.get_added_tokens_decoder().get(id)
    return added === undefined ? tokenBytes(tokenizer.id_to_token(id) ?? "") : new TextEncoder().encode(added.content)
  },
  isSilent: (id) => tokenizer.id_to_token(id) === undefined || tokenizer.get_added_tokens_decoder().get(id)?.special === true,
  render: (messages, { addGenerationPrompt }) =>
    Result.try({
      try: () => template.render({ messages, add_generation_prompt: addGenerationPrompt }),
      catch: (cause) => new TextError({ message: `The chat template refuses the messages: ${String(cause)}` })
    }),
  expandImages,
  encode: remember(1024, (text) => tokenizer.encode(text, { add_special_tokens: false }).ids),
  decode: (ids) => {
    const known = ids.filter((id) => tokenizer.id_to_token(id) !== undefined)
    if (known.length === 0) return ""
    return tokenizer.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false })
  },
  special,
  endIds,
  vocabularySize: 1 + largestOf(tokenizer.get_vocab().values(), tokenizer.get_added_tokens_decoder().keys())
})

/** The vocabulary leaves out added tokens whose ids lie far behind it. */
const largestOf = (...ids: ReadonlyArray<Iterable<number>>): number => {
  let largest = -1
  for (const some of ids) for (const id of some) largest = Math.max(largest, id)
  return largest
}

export const expandImages = (rendered: string, counts: ReadonlyArray<number>): Result.Result<string, TextError> => {
  const parts = rendered.split(imageMark)
  if (parts.length !== counts.length + 1) {
    const message = `The prompt marks ${parts.length - 1} images with ${imageMark} and comes with ${counts.length}.`
    return Result.fail(new TextError({ message }))
  }
  return Result.succeed(parts.map((part, i) => i === 0 ? part : imageMark.repeat(counts[i - 1]!) + part).join(""))
}

/** A function that keeps its `size` most recently used results. */
const remember = <A>(size: number, compute: (text: string) => A): (text: string) => A => {
  const cache = new Map<string, A>()
  return (text) => {
    const value = cache.get(text) ?? compute(text)
    cache.delete(text)
    cache.set(text, value)
    if (cache.size > size) cache.delete(cache.keys().next().value!)
    return value
  }
}

const isObject = (json: unknown): json is object => typeof json === "object" && json !== null && !Array.isArray(json)

const readObject = (folder: string, file: string): Effect.Effect<object, ModelFolderError> =>
  readJson(folder, file).pipe(
    Effect.filterOrFail(isObject, () => ModelFolderError.of(folder, file, "must hold a JSON object."))
  )

const loadTokenizer = Effect.fnUntraced(function*(folder: string) {
  const tokenizer = yield* readObject(folder, "tokenizer.json")
  const config = yield* readObject(folder, "tokenizer_config.json")
  return yield* Effect.try({
    try: () => new Tokenizer(tokenizer, config),
    catch: (cause) =>
      ModelFolderError.of(folder, "tokenizer.json", `cannot be used as a tokenizer (${String(cause)}). Fetch it again.`)
  })
})

const decodeFile = <S extends Schema.Decoder<unknown>>(folder: string, file: string, schema: S, json: unknown) =>
  Schema.decodeUnknownEffect(schema)(json).pipe(
    Effect.mapError((error) => ModelFolderError.of(folder, file, error.message))
  )

/** A template's text and the file that it came from; the more specific file wins, as in the transformers library. */
const templateSource = Effect.fnUntraced(function*(folder: string) {
  const jinja = yield* readOptional(folder, "chat_template.jinja")
  if (jinja !== undefined) return { file: "chat_template.jinja", source: jinja }
  for (const file of ["chat_template.json", "tokenizer_config.json"]) {
    const json = yield* readOptionalJson(folder, file)
    if (json === undefined) continue
    const { chat_template: held } = yield* decodeFile(folder, file, TemplateHolder, json)
    const source = typeof held === "object" ? held.find(({ name }) => name === "default")?.template : held
    if (source !== undefined) return { file, source }
  }
  return yield* ModelFolderError.of(
    folder,
    "tokenizer_config.json",
    "is missing, and there is no chat_template.jinja or chat_template.json. Use an instruction-tuned model's folder.",
    "chat_template"
  )
})

const loadTemplate = Effect.fnUntraced(function*(folder: string) {
  const { file, source } = yield* templateSource(folder)
  return yield* Effect.try({
    try: () => new Template(source),
    catch: (cause) => ModelFolderError.of(folder, file, `the chat template does not parse: ${String(cause)}`)
  })
})

const specialIds = (folder: string, tokenizer: Tokenizer): Effect.Effect<SpecialIds, ModelFolderError> =>
  Effect.all({
    imStart: specialId(folder, tokenizer, "<|im_start|>"),
    imEnd: specialId(folder, tokenizer, "<|im_end|>"),
    visionStart: specialId(folder, tokenizer, "<|vision_start|>"),
    visionEnd: specialId(folder, tokenizer, "<|vision_end|>"),
    imagePad: specialId(folder, tokenizer, imageMark),
    endOfText: specialId(folder, tokenizer, "<|endoftext|>")
  })

const specialId = (folder: string, tokenizer: Tokenizer, name: string): Effect.Effect<number, ModelFolderError> => {
  const id = tokenizer.token_to_id(name)
  if (id !== undefined) return Effect.succeed(id)
  const problem = `has no ${name}. Use a tokenizer of the Qwen2.5-VL family.`
  return Effect.fail(ModelFolderError.of(folder, "tokenizer.json", problem, "added_tokens"))
}

const loadEndIds = Effect.fnUntraced(function*(folder: string, special: SpecialIds) {
  const file = "generation_config.json"
  const json = yield* readOptionalJson(folder, file)
  const { eos_token_id: declared = [] } = yield* decodeFile(folder, file, GenerationConfig, json ?? {})
  const others = typeof declared === "number" ? [declared] : declared
  return Array.from(new Set([special.imEnd, special.endOfText, ...others]))
})
