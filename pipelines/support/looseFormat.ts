import { Prompt, Random, Stage } from "assay"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * What the answers of one wording look like, as shares: whole (think and answer tags), bare (the JSON alone), untagged
 * (thought, but the answer without its tags).
 */
interface Shares {
  readonly whole: number
  readonly bare: number
}

/**
 * Shares by wording and number of labels asked for. An easy question tempts to answer at once, and a wording that asks for
 * the tags at length gets them more often: so there is something for the format reward to do, and for the prompt study.
 */
const shares = (template: Prompt.TemplateConfig, labels: number): Shares => {
  const patient = template.name === "enhanced" || template.name === "system"
  if (labels === 1) return patient ? { whole: 0.5, bare: 0.35 } : { whole: 0.25, bare: 0.55 }
  return patient ? { whole: 0.75, bare: 0.15 } : { whole: 0.5, bare: 0.25 }
}

/** How often each wording is asked. */
const wordings: ReadonlyArray<readonly [weight: number, template: Prompt.TemplateConfig]> = [
  [0.4, Prompt.standard],
  [0.3, Prompt.enhanced],
  [0.1, Prompt.system],
  [0.1, Prompt.missingSpace],
  [0.1, Prompt.fixedSpace]
]

const pickWording = (uniform: number): Prompt.TemplateConfig => {
  let sum = 0
  for (const [weight, template] of wordings) {
    sum += weight
    if (uniform < sum) return template
  }
  return Prompt.standard
}

const loosen = (solution: string, uniform: number, { bare, whole }: Shares): string => {
  if (uniform < whole) return solution
  const answer = solution.replace(/^.*<answer>/s, "").replace("</answer>", "")
  return uniform < whole + bare ? answer : `${solution.slice(0, solution.indexOf("<answer>"))}${answer}`
}

/**
 * Gives every prompt one of the study's wordings and an answer that keeps to the format only sometimes, as an instruct
 * model's would before any training on it. Which one depends on the example's id alone.
 */
export const looseFormat = Stage.define({
  kind: "prompt",
  name: "looseFormat",
  module: import.meta.url,
  config: Schema.Struct({}),
  run: (_, input: Prompt.Prompts): Effect.Effect<Prompt.Prompts> =>
    Effect.sync(() => ({
      ...input,
      prompts: input.prompts.map((prompt) => {
        const next = Random.stream(Random.fold(Random.key(0), "looseFormat", prompt.id))
        const template = pickWording(next())
        const solution = loosen(prompt.solution, next(), shares(template, prompt.labels.length))
        return { ...prompt, messages: Prompt.ask(template, prompt.labels), solution }
      })
    }))
})
