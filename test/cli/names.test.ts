/** Names come from packs and from logs, and reach a terminal as what they are. */
// @module-tag long
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { Artifacts } from "../../src/pipeline/run/artifacts.ts"
import { Journal } from "../../src/pipeline/run/journal.ts"
import { Ledger } from "../../src/pipeline/run/ledger.ts"
import * as Store from "../../src/store/index.ts"
import { opened, writeStudy } from "../store/support.ts"
import { assay, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const evil = "a\u001b]0;mine\u0007"
const named = (name: string) => `${name} \u001b[31m\u202e\nnext`

describe("names with control characters", () => {
  beforeAll(() => {
    const row = (name: string, role: "baseline" | "variant", ...values: ReadonlyArray<number>) =>
      ({ name, role, stages: values.map((value, seed) => ({ fingerprint: `${name} ${seed}`, metrics: [["mAP", value], [evil, value]] as const })) })
    const store: Layer.Layer<Journal | Ledger | Artifacts, unknown> = Store.layer({ file: join(folder, "runs.db"), objects: join(folder, ".assay", "objects") })
    return Effect.runPromise(Effect.provide(
      Effect.flatMap(opened, (journal) => writeStudy(journal, evil, [row(named("one"), "baseline", 1, 2, 3), row(named("two"), "variant", 2, 3, 5)])),
      store
    ))
  })

  it.each([
    ["list"],
    ["show", "1"],
    ["table", evil],
    ["table", evil, "--format", "md"],
    ["power", evil, "--metric", "mAP", "--difference", "1"],
    ["verify", evil],
    ["status"],
    ["diff", "1", "4"],
    ["show", "99"],
    ["table", `${evil}x`]
  ])("are shown by %s as what they are", async (...words) => {
    const { err, out } = await assay(folder, ...words)
    const hidden = /[^\n\P{Cc}]|[\u202a-\u202e]/u
    assert.isFalse(hidden.test(out) || hidden.test(err), JSON.stringify(out + err))
    assert.isAbove((out + err).length, 20)
  })
})
