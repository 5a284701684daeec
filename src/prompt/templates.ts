import type { TemplateConfig } from "../task/prompt.ts"

const current =
  "Please carefully check the image and detect the following objects: [{labels}]. Output the bbox coordinates of " +
  "detected objects in <answer></answer>. The bbox coordinates in Markdown format should be: \n```json\n" +
  "[{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"object name\"}]\n```\n" +
  "If no targets are detected in the image, simply respond with \"None\"."

/** The older wording; `joint` is what stands between its first two sentences. */
const older = (joint: string): string =>
  `Please carefully observe the image and detect the following targets: {labels}.${joint}Output each detected ` +
  "targets' bbox coordinates in JSON format. The format of the bbox coordinates is: ```json\n" +
  "[{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"target name\"}, " +
  "{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"target name\"}]" +
  "\n```. If there are no such targets in the image, simply respond with None."

const shortRequest = "Output the thinking process in <think> </think> and final answer in <answer> </answer> tags."

const longRequest =
  "First thinks about the reasoning process in the mind and then provides the user with the answer. The reasoning " +
  "process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> " +
  "reasoning process here </think><answer> answer here </answer>"

/** The question, then the short request for tags. Source: VLM-R1 findings, section 1.5. */
export const standard: TemplateConfig = { name: "standard", question: current, request: shortRequest, place: "after" }

/** The long request for tags, then the question on a new line. Source: VLM-R1 findings, section 5.2. */
export const enhanced: TemplateConfig = { name: "enhanced", question: current, request: longRequest, place: "before" }

/** The long request as the system prompt. Source: VLM-R1 findings, section 5.3, "System Prompt Variations". */
export const system: TemplateConfig = { name: "system", question: current, request: longRequest, place: "system" }

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
