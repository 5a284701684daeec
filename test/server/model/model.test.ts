import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { open } from "../../../src/server/model/model.ts"
import { temporary } from "../../cli/support.ts"
import { commit, filesIn } from "../../hub/server.ts"
import { hub } from "../../hub/support.ts"

const tiny = fileURLToPath(new URL("../../../assets/tiny-vl", import.meta.url))

describe("a model", () => {
  it.live("goes by the name of its folder, and its fingerprint by what is in it", () =>
    Effect.gen(function*() {
      const { folder } = yield* Effect.acquireRelease(Effect.sync(temporary), ({ remove }) => Effect.sync(remove))
      const copy = join(folder, "mine")
      cpSync(tiny, copy, { recursive: true })
      const shipped = yield* open("assay:tiny-vl")
      const same = yield* open(copy)
      assert.deepStrictEqual([shipped.name, same.name], ["assay:tiny-vl", "mine"])
      assert.strictEqual(same.fingerprint, shipped.fingerprint)
      writeFileSync(join(copy, "chat_template.jinja"), "{{ messages[0].content }}")
      assert.notStrictEqual((yield* open(copy)).fingerprint, shipped.fingerprint)
    }).pipe(Effect.scoped))

  it.live("may be named as on the hub, from where it is fetched", () =>
    Effect.gen(function*() {
      const { server } = yield* hub
      commit(server, "models/org/tiny-vl", filesIn(tiny))
      const { context, name } = yield* open("org/tiny-vl")
      assert.deepStrictEqual([name, context], ["org/tiny-vl", 2048])
    }).pipe(Effect.scoped))
})
