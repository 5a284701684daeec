import { assert, describe, it } from "vitest"
import * as Schema from "effect/Schema"
import { Stage } from "assay"

const most = Stage.define({
  kind: "data",
  name: "most",
  module: import.meta.url,
  // @effect-diagnostics-next-line schemaNumber:off
  config: Schema.Struct({ limit: Schema.optional(Schema.Number), list: Schema.optional(Schema.Array(Schema.Number)) }),
  run: (_, _input: void) => 1
})

describe("A config that a schema lets through and JSON does not", () => {
  it("is refused where the node is made, with its name, the key and what to do", () => {
    assert.throws(() => most({ limit: undefined }), /^most: limit is undefined, which JSON .*\. Leave the key out/)
    assert.throws(() => most({ list: [1, Infinity] }), /^most: list\.1 is Infinity, which JSON .*\. Let its schema encode it/)
    assert.deepStrictEqual(most({}).config, {})
  })
})
