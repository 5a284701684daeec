/** What metrics can be written as, by name: to add one takes its file and a line here, and its name in `src/cli/metrics/index.ts`. */
import { csv } from "./csv.ts"
import { parquet } from "./parquet.ts"
import type { Open } from "./rows.ts"
import { tensorboard } from "./tensorboard/tensorboard.ts"

export const targets = { csv, parquet, tensorboard } as const satisfies { readonly [name: string]: Open }
