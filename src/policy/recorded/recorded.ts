/** A policy that answers from a file: completions that some other program wrote, judged as if they were asked for now. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { loadText } from "../../model/loadText.ts"
import { textsIn } from "../../model/message.ts"
import { modelFolder } from "../../model/shipped.ts"
import type { PolicyNode } from "../../pipeline/declare/policyNode.ts"
import { exits } from "../../pipeline/Errors.ts"
import { fileHash } from "../../task/hashing.ts"
import { type PixelLimits, smartResize } from "../../vision/smartResize.ts"
import { define } from "../define.ts"
import { Pixels, qwen } from "../pixels.ts"
import { PolicyError } from "../policyError.ts"
import { type Completion, Sampler } from "../sampler.ts"
import { stateless } from "../stateless.ts"
import type { Columns } from "./columns.ts"
import { Round, type Questions } from "../round.ts"
import { type Answers, finder, type Recorded } from "./find.ts"
import { probe } from "./probe.ts"
import { readAnswers } from "./readAnswers.ts"

const Path = Schema.optionalKey(Schema.NonEmptyString)

const config = Schema.Struct({
  file: Schema.NonEmptyString,
  rows: Path,
  answer: Schema.NonEmptyString,
  image: Path,
  question: Path,
  order: Path,
  finishReason: Path,
  pixels: Schema.optionalKey(Pixels),
  tokenizer: Path
})

/** Where the answers are, and how they were made. */
export interface RecordedOptions extends Columns {
  readonly file: string
  readonly pixels?: PixelLimits
  readonly tokenizer?: string
}

const failure = (operation: string, message: string) => new PolicyError({ operation, message, exitCode: exits.invalid })

const sampler = Effect.fnUntraced(function*({ file, pixels, tokenizer, ...columns }: typeof config.Type) {
  const find = finder(yield* readAnswers(file, columns))
  const rounds = new WeakMap<Questions, { readonly answers: Answers; asked: number }>()
  /** Of a round, what came of it so far: it begins with the first row, whatever this process judged before. */
  const at = (round: Questions, n: number) => {
    const before = rounds.get(round)
    if (before !== undefined) return Effect.succeed(before)
    const fault = find.unfit(round.count, n)
    if (fault !== undefined) return Effect.fail(failure("sample", `${file} ${fault}`))
    const begun = { answers: find.begin(), asked: 0 }
    rounds.set(round, begun)
    return Effect.succeed(begun)
  }
  const text = tokenizer === undefined ? undefined : yield* loadText(modelFolder(tokenizer)).pipe(
    Effect.mapError(({ message }) => failure("tokenizer", message))
  )
  const completion = ({ answer, finishReason }: Recorded): Completion => ({
    text: answer,
    // whoever counts none records no lengths
    tokens: text === undefined ? [] : text.encode(answer),
    logprobs: [],
    finishReason
  })
  return Sampler.of({
    ...(pixels === undefined ? {} : { pixelLimits: Effect.succeed(pixels) }),
    inputSize: (size) =>
      pixels === undefined
        ? Effect.succeed(size)
        : Effect.mapError(Effect.fromResult(smartResize(size, { factor: qwen.factor, ...pixels })), ({ message }) => failure("inputSize", message)),
    render: ({ messages }) => Effect.succeed(textsIn(messages).join("\n")),
    sample: (questions, { n }) =>
      Effect.gen(function*() {
        const round = (yield* Round) ?? { count: questions.length }
        const place = yield* at(round, n)
        const said = (message: string) => failure("sample", `${file} ${message}`)
        const found = yield* Effect.forEach(questions, (question) => Effect.mapError(Effect.fromResult(place.answers.to(question, n)), said))
        place.asked += questions.length
        const fault = place.asked === round.count ? place.answers.fault() : undefined
        if (fault !== undefined) return yield* said(fault)
        return found.map((answers) => answers.map(completion))
      })
  })
})

const make = define({
  name: "recorded",
  module: import.meta.url,
  config,
  content: ({ file }) => fileHash(file),
  offers: [Sampler],
  layer: (options) => Layer.merge(Layer.effect(Sampler, sampler(options)), stateless),
  probe: ({ file, pixels: _, tokenizer: __, ...columns }) => probe(file, columns)
})

/**
 * Answers that some other program wrote, to be judged: a file of JSON lines, a JSON list, or a list within a JSON document (`rows`).
 * `answer`, `image` and `question` are columns, as dotted paths; `logs` has those of known programs.
 *
 * A question is answered by the row about its image (by file name) and by its wording (the row's `question` is part of what is
 * asked), as far as there are such columns; without either, by the next row. `order` names a column to sort by first. Rows that only
 * their order tells apart answer one evaluation, of all of them and of nothing else: anything else is refused.
 *
 * Boxes in answers count as pixels of the image file, or, with `pixels`, of the image as Qwen2.5-VL's `smart_resize` made it within
 * these limits. `tokenizer` is a model folder by which tokens are counted; without it, lengths are not recorded.
 *
 * Only samples, so it stands in evaluations. Fails with `PolicyError`, naming file and row. Throws `InvalidConfig`, naming the key.
 */
export const recorded = (options: RecordedOptions): PolicyNode<Sampler> => make(options)
