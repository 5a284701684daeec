/** The study's prompts: what is requested, and where the request stands. */
import { older } from "../task/detection/wordings.ts"
import type { TemplateConfig } from "../task/template.ts"

const shortRequest = "Output the thinking process in <think> </think> and final answer in <answer> </answer> tags."

const longRequest =
  "First thinks about the reasoning process in the mind and then provides the user with the answer. The reasoning " +
  "process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> " +
  "reasoning process here </think><answer> answer here </answer>"

/** The question, then the short request for tags. Source: VLM-R1 findings, section 1.5. */
export const standard: TemplateConfig = { name: "standard", request: shortRequest, place: "after" }

/** The long request for tags, then the question on a new line. Source: VLM-R1 findings, section 5.2. */
export const enhanced: TemplateConfig = { name: "enhanced", request: longRequest, place: "before" }

/** The long request as the system prompt. Source: VLM-R1 findings, section 5.3, "System Prompt Variations". */
export const system: TemplateConfig = { name: "system", request: longRequest, place: "system" }

/** The older question with no space after its first sentence. Source: VLM-R1 findings, section 5.1. */
export const missingSpace: TemplateConfig = {
  name: "missing-space",
  question: older(""),
  request: shortRequest,
  place: "after"
}

/** The older question with that space. Source: VLM-R1 findings, section 5.1. */
export const fixedSpace: TemplateConfig = {
  name: "fixed-space",
  question: older(" "),
  request: shortRequest,
  place: "after"
}
