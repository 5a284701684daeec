/** Questions as files word them, with their answers: what counting and conversations are read into. */
import type { AnyExample } from "../../task/dataset.ts"
import type { Size } from "../../vision/Box.ts"

/** A question about one image, and its answer. */
export interface Exchange extends AnyExample {
  /** Name of the task, such as "counting", as the data set's config says. */
  readonly task: string
  /** The question as the file words it, without marks for images. */
  readonly question: string
  /** The answer alone, without answer tags and without white space around it. */
  readonly answer: string
  /** How the answer is to be judged, where the file says so: VLM-R1's `accu_reward_method`. */
  readonly method?: string
}

/** A question about any number of images, and its answer. */
export interface Conversation extends Omit<Exchange, "image"> {
  readonly images: ReadonlyArray<Size & { readonly path: string }>
}
