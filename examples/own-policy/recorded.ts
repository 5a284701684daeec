/** A policy of one's own: it answers from a file, whoever wrote that, and cannot be trained. */
import { Policy } from "assay"
import { Errors } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"

const Line = Schema.fromJsonString(Schema.Struct({
  /** Name of the image file. */
  picture: Schema.String,
  answer: Schema.String
}))

const decode = Schema.decodeUnknownSync(Schema.Array(Line))

const failure = (operation: string, message: string) =>
  new Policy.PolicyError({ operation, message, exitCode: Errors.exits.invalid })

const readText = (file: string) =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) => failure("read", `${file} cannot be read (${String(cause)}). Check the path.`)
  })

/** Answers by picture. */
const readAnswers = (file: string) =>
  Effect.flatMap(readText(file), (text) =>
    Effect.try({
      try: () => new Map(decode(text.trim().split("\n")).map(({ answer, picture }) => [picture, answer])),
      catch: (cause) => failure("read", `${file} is no list of answers: ${String(cause)}`)
    }))

const sampler = Effect.fnUntraced(function*(file: string) {
  const answers = yield* readAnswers(file)
  const answerTo = (picture: string): Effect.Effect<Policy.Completion, Policy.PolicyError> => {
    const text = answers.get(picture)
    return text === undefined
      ? Effect.fail(failure("sample", `${file} has no answer to ${picture}. Add one, or evaluate on fewer pictures.`))
      // nobody counted tokens, so an evaluation leaves lengths out
      : Effect.succeed({ text, tokens: [], logprobs: [], finishReason: "stop" })
  }
  return Policy.Sampler.of({
    // whoever wrote the answers saw the pictures as they are, so their boxes are in pixels of the files
    inputSize: (size) => Effect.succeed(size),
    render: ({ images }) => Effect.succeed(`What is to be seen in ${images.map((image) => basename(image)).join()}?`),
    sample: (questions, { n }) =>
      Effect.forEach(questions, ({ images }) =>
        Effect.map(answerTo(basename(images[0] ?? "")), (answer) => Array.from({ length: n }, () => answer)))
  })
})

/** Answers that somebody gave before, by picture, as JSON lines. */
export const recorded = Policy.define({
  name: "recorded",
  module: import.meta.url,
  config: Schema.Struct({ answers: Schema.NonEmptyString }),
  content: ({ answers }) =>
    readText(answers).pipe(
      Effect.map((text) => createHash("sha256").update(text).digest("hex")),
      Effect.mapError(({ _tag, message }) => ({ _tag, message, path: answers }))
    ),
  offers: [Policy.Sampler],
  layer: ({ answers }) => Layer.merge(Layer.effect(Policy.Sampler, sampler(answers)), Policy.stateless)
})
