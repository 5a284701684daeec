import { Data, Policy, Prompt } from "assay"
import * as Effect from "effect/Effect"

/** The prompts that `ask` makes of every picture and its size as the model sees it. */
export const fromPictures = (
  dataset: Data.Dataset,
  ask: (example: Data.Example, input: Prompt.Prompt["input"]) => ReadonlyArray<Prompt.Prompt>
) =>
  Effect.gen(function*() {
    const policy = yield* Policy.Policy
    const prompts: Array<Prompt.Prompt> = []
    for (const example of dataset.examples) prompts.push(...ask(example, yield* policy.inputSize(example.image)))
    return { template: Prompt.standard, prompts } satisfies Prompt.Prompts
  })

/** Labels that are not in the picture and share a word with some that are asked for. */
export const alike = (
  example: Data.Example,
  categories: ReadonlyArray<string>,
  asked: ReadonlyArray<string>
): ReadonlyArray<string> =>
  categories.filter((label) =>
    !example.positives.includes(label) && asked.some((own) => own.split(" ").some((word) => label.includes(word)))
  )
