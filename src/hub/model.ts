/** Which files of a repository a model is made of. */
import type { Choice } from "./choose.ts"

const isSmall = (path: string): boolean => /^[^/]+\.(json|jinja|txt)$/.test(path)

/** `model.safetensors`, or its shards. */
const isWeights = (path: string): boolean => /^model(-\d+-of-\d+)?\.safetensors$/.test(path)

/** Configs, tokenizer and template; with `weights` also its safetensors. Reads as `checkFolder` and its like expect a folder. */
export const modelFiles = (weights: boolean): Choice => ({
  what: weights ? "config, tokenizer and safetensors" : "config and tokenizer",
  pick: (paths) => {
    const whole = paths.includes("model.safetensors")
    return paths.filter((path) => isSmall(path) || (weights && (whole ? path === "model.safetensors" : isWeights(path))))
  },
  lacks: (picked) => {
    if (!picked.includes("config.json")) return "config.json"
    return weights && !picked.some(isWeights) ? "model.safetensors" : undefined
  }
})
