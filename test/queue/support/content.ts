/** What a submission holds. */
import type { Content } from "../../../src/queue/submission.ts"

export const content: Content = {
  experiment: "e",
  source: { file: "s.ts", commit: null, lockfile: null },
  options: { overrides: {}, scale: null, only: [] },
  generated: ".assay/workspace",
  seed: 0,
  shared: { address: "/shared", id: "i" },
  lease: 60
}
