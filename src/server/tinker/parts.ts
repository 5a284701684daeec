/** What the routes of a Tinker server work with. */
import type { Base } from "./base.ts"
import type { Checkpoints } from "./checkpoints.ts"
import type { Futures } from "./futures.ts"
import type { InputReader } from "./input.ts"
import type { Models } from "./models.ts"
import type { Sampling } from "./sample.ts"
import type { Samplers } from "./samplers.ts"
import type { Sessions } from "./sessions.ts"
import type { Unnamed } from "./unnamed.ts"

export interface Parts {
  readonly base: Base
  readonly sessions: Sessions
  readonly futures: Futures
  readonly checkpoints: Checkpoints
  readonly models: Models
  readonly samplers: Samplers
  readonly unnamed: Unnamed
  readonly sampling: Sampling
  readonly readInput: InputReader
}
