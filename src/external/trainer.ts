/** What a stage has to know of a program that trains. */
import type { Json } from "../pipeline/json.ts"
import type { Prompt } from "../task/prompt.ts"
import type { Settings } from "./settings.ts"

/** Where its things lie, as absolute paths. */
export interface Places {
  /** One prompt a line. */
  readonly data: string
  /** Checkpoints are to be written here, as `checkpoint-N` after N steps. */
  readonly output: string
  /** The model to start from, which is trained; null where an adapter is. */
  readonly model: string | null
  /** The adapter to start from, which names its model. */
  readonly adapter: string | null
}

/** One program that trains. It says what it does by the scripts in `trainers/`, and stands in `trainers.ts`. */
export interface Trainer {
  /** As people call it. */
  readonly title: string
  /** The script of `trainers/` that is started. */
  readonly script: string
  /** How it gets into a Python. */
  readonly install: string
  /** Names of its own settings that the stage sets, so that nobody else may. */
  readonly sets: ReadonlyArray<string>
  /** Its own config, where it writes and what it draws by. `seed` is below 2^31. */
  readonly config: (settings: Settings, places: Places, seed: number) => { readonly [key: string]: Json }
  /** A line of its data. `row` comes back with every completion. */
  readonly row: (prompt: Prompt, row: number) => Json
  /** Numbers that say nothing which the stage does not say of its own, by the trainer's names. */
  readonly leftOut: ReadonlyArray<string>
}
