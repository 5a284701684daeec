/** Prompt templates: the study's wordings, and the stage that asks them. */
export { messages, prompt as make } from "../task/ask.ts"
export type { Prompt, PromptBatch, Prompts } from "../task/prompt.ts"
export type { TemplateConfig } from "../task/template.ts"
export { template } from "./template.ts"
export { enhanced, fixedSpace, missingSpace, standard, system } from "./templates.ts"
