/** Prompt templates: the study's wordings, and the stage that asks them. */
export { answer, ask, make, trainingLabels } from "../task/detection/question.ts"
export type { Message, Prompt, Prompts, TemplateConfig } from "../task/prompt.ts"
export { template } from "./template.ts"
export { enhanced, fixedSpace, missingSpace, standard, system } from "./templates.ts"
