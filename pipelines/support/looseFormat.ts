/** Answers that keep to the format only sometimes, in the study's wordings. */
import { Prompt, Random, Task } from "assay"
import type { Detection } from "./pictures.ts"

/**
 * What the answers to one wording look like, as shares: whole (think and answer tags), bare (the JSON alone), and for the
 * rest untagged (thought, but the answer without its tags).
 */
interface Shares {
  readonly whole: number
  readonly bare: number
}

/**
 * Shares by wording and number of labels asked for. An easy question tempts to answer at once, and a wording that asks for
 * the tags at length gets them more often: so there is something for the format reward to do, and for a prompt study.
 */
const shares = (template: Prompt.TemplateConfig, labels: number): Shares => {
  const patient = template.name === "enhanced" || template.name === "system"
  if (labels === 1) return patient ? { whole: 0.5, bare: 0.35 } : { whole: 0.25, bare: 0.55 }
  return patient ? { whole: 0.75, bare: 0.15 } : { whole: 0.5, bare: 0.25 }
}

/** How often each wording is used. */
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

/**
 * The prompt in one of the study's wordings, with an answer that keeps to the format only sometimes, as an instruct model's
 * would before any training on it.
 */
export const loosen = (prompt: Detection, key: Random.Key): Detection => {
  const next = Random.stream(key)
  const template = wordingAt(next())
  const solution = answerAt(prompt.solution, next(), shares(template, prompt.asked.length))
  return { ...prompt, messages: Prompt.messages(template, Task.detection.task.fill(template.question ?? Task.detection.task.wording, prompt.asked)), solution }
}
