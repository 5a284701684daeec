/** The norm of the gradient among what a server says of a step: servers call it differently, and some do not tell. */
import type { Stepped } from "../../protocol/tinker/Answers.ts"

export const gradientNormIn = ({ metrics }: Stepped): number | undefined =>
  Object.entries(metrics ?? {}).find(([name]) => /(^|[/_.])grad(ient)?_norm(:|$)/.test(name))?.[1]
