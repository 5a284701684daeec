/** Answers that keep to the format only sometimes, in the study's wordings. */
import { Prompt, Random, Stage, Task } from "assay"
import { Spool } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/**
 * What the answers to one wording look like, as shares: whole (think and answer tags), bare (the answer alone), and for the
 * rest untagged (thought, but the answer without its tags).
 */
interface Shares {
  readonly whole: number
  readonly bare: number
}

/**
 * Shares by wording and by whether much is asked for. An easy question tempts to answer at once, and a wording that asks for
 * the tags at length gets them more often: so there is something for the format reward to do, and for a prompt study.
 */
const shares = (template: Prompt.TemplateConfig, easy: boolean): Shares => {
  const patient = template.name === "enhanced" || template.name === "system"
  if (easy) return patient ? { whole: 0.5, bare: 0.35 } : { whole: 0.25, bare: 0.55 }
  return patient ? { whole: 0.75, bare: 0.15 } : { whole: 0.5, bare: 0.25 }
}

/** How often each wording is used; the older question is one of detection. */
const wordings: ReadonlyArray<readonly [share: number, template: Prompt.TemplateConfig]> = [
  [0.4, Prompt.standard],
  [0.3, Prompt.enhanced],
  [0.1, Prompt.system],
  [0.1, Prompt.missingSpace],
  [0.1, Prompt.fixedSpace]
]

const wordingAt = (uniform: number): Prompt.TemplateConfig => {
  let sum = 0
  return wordings.find(([share]) => uniform < (sum += share))?.[1] ?? Prompt.standard
}

const answerAt = (solution: string, uniform: number, { bare, whole }: Shares): string => {
  if (uniform < whole) return solution
  const answer = solution.replace(/^.*<answer>/s, "").replace("</answer>", "")
  return uniform < whole + bare ? answer : `${solution.slice(0, solution.indexOf("<answer>"))}${answer}`
}

/** Whether a question asks for one thing only. */
const isEasy = (asked: unknown): boolean => !Array.isArray(asked) || asked.length === 1

const loosened = (prompt: Prompt.Prompt, key: Random.Key): Prompt.Prompt => {
  const next = Random.stream(key)
  const task = Task.named(prompt.task)
  const wording = wordingAt(next())
  const template = task.name !== "detection" && wording.question !== undefined ? Prompt.standard : wording
  const question = task.fill(template.question ?? task.wording, prompt.asked as never) // its own task made it
  const solution = answerAt(prompt.solution, next(), shares(template, isEasy(prompt.asked)))
  return { ...prompt, messages: Prompt.messages(template, question), solution }
}

/**
 * Each prompt in one of the studies' wordings, with an answer that keeps to the format only sometimes, as an instruct model's
 * would before any training on it.
 */
export const loosen = Stage.define({
  kind: "prompt",
  name: "loosen",
  module: import.meta.url,
  config: Schema.Struct({}),
  subject: "reads",
  run: (_, prompts: Prompt.Prompts) =>
    Effect.gen(function*() {
      let place = 0
      const chunks = Stream.map(prompts.rows.chunks, (rows) =>
        rows.map((row) => loosened(row, Random.fold(Random.key(0), "loosen", place++, row.id))))
      return { ...prompts, rows: yield* (yield* Spool).collect(chunks) } satisfies Prompt.Prompts
    })
})
