/** Completions as rewards judge them. */
import type { Prompt } from "./prompt.ts"
import type { Scorable } from "./reward.ts"
import type { Training } from "./threshold.ts"

/** A completion to a prompt, with all that is known of it. */
export const scorable = (prompt: Prompt, completion: string, tokens: number, training?: Training): Scorable => ({
  completion,
  solution: prompt.solution,
  tokens,
  image: prompt.image.path,
  task: prompt.task,
  prompt,
  columns: prompt.columns,
  training
})
