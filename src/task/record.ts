/** Samples as the journal keeps them. */
import type { SampleRecord } from "../pipeline/run/Records.ts"
import type { Prompt } from "./prompt.ts"
import type { Said } from "./Task.ts"

/** The record of one completion: the prompt as the model read it, what came back, and what the task keeps of it. */
export const record = (
  prompt: Prompt,
  rendered: string,
  { finishReason, text, tokenCount }: Said,
  ordinal: number,
  rewards: SampleRecord["rewards"],
  tables: SampleRecord["tables"]
): SampleRecord => ({
  ordinal,
  example: prompt.id,
  prompt: rendered,
  completion: text,
  solution: prompt.solution,
  tokenCount,
  finishReason,
  rewards,
  details: {
    task: prompt.task,
    image: prompt.image.path,
    width: prompt.image.width,
    height: prompt.image.height,
    inputWidth: prompt.input.width,
    inputHeight: prompt.input.height
  },
  ...(tables === undefined ? {} : { tables })
})
