/** The programs that can train, by the names that studies call them. */
import type { Settings } from "./settings.ts"
import type { Trainer } from "./trainer.ts"
import { msSwift } from "./msSwift.ts"
import { trl } from "./trl.ts"

export const trainers: { readonly [name in Settings["trainer"]]: Trainer } = {
  trl,
  "ms-swift": msSwift
}
