/** Event files of TensorBoard, to the byte: checksums of RFC 3720, records and events as tensorboard 2.21 writes them. */
import { assert, describe, it } from "vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Run } from "../../../src/report/metrics/rows.ts"
import { crc32c } from "../../../src/report/metrics/tensorboard/crc32c.ts"
import { eventsOf } from "../../../src/report/metrics/tensorboard/events.ts"
import { encodeEvent } from "../../../src/report/metrics/tensorboard/messages.ts"
import { record } from "../../../src/report/metrics/tensorboard/record.ts"
import { tensorboard } from "../../../src/report/metrics/tensorboard/tensorboard.ts"

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const run: Run = { id: 1, variant: "AP", cell: { reward: "AP" }, seed: 0, status: "done", startedAt: "2026-11-29T08:00:00.500Z", endedAt: null }

const loss = { stage: "loop", metric: "loop/loss", step: 3, value: 0.75, unit: "", better: "lower" }

/** The bytes of every record in a file; throws where a length leads beyond its end. */
const recordsIn = (file: Uint8Array): ReadonlyArray<Uint8Array> => {
  const records: Array<Uint8Array> = []
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true))
    records.push(file.subarray(at + 12, at + 12 + length))
    at += length + 16
  }
  return records
}

describe("a record", () => {
  it("has the checksums of RFC 3720", () => {
    const ascending = Uint8Array.from({ length: 32 }, (_, i) => i)
    const sums = [new Uint8Array(32), new Uint8Array(32).fill(255), ascending, Buffer.from("123456789")].map((bytes) => crc32c(bytes).toString(16))
    assert.deepStrictEqual(sums, ["8a9136aa", "62a8ab43", "46dd794e", "e3069283"])
  })

  it("is what TensorBoard writes", () => {
    assert.strictEqual(hex(record(Buffer.from("hello"))), "0500000000000000eab2043e68656c6c6fbb1f1c19")
  })
})

describe("an event", () => {
  it("is what TensorBoard writes", () => {
    const wall_time = 1795918939.181
    assert.strictEqual(hex(encodeEvent({ wall_time, file_version: "brain.Event:2" })), "098195cb16e3c2da411a0d627261696e2e4576656e743a32")
    const scalar = encodeEvent({ wall_time, step: 300, summary: { value: [{ tag: "loop/reward", simple_value: 0.75 }] } })
    assert.strictEqual(hex(record(scalar)), "220000000000000078113dfd098195cb16e3c2da4110ac022a140a120a0b6c6f6f702f726577617264150000403f1605cfca")
  })

  it("stands for each value of a run, between its begin and its end", () => {
    const records = recordsIn(eventsOf(run, [loss, { ...loss, step: 4, value: null }]))
    assert.lengthOf(records, 5)
    assert.include(Buffer.from(records[1]!).toString("latin1"), "_hparams_/session_start_info")
    assert.isTrue(Number.isNaN(Buffer.from(records[3]!).readFloatLE(records[3]!.length - 4)), "what is not finite is NaN")
  })
})

describe("a folder for TensorBoard", () => {
  it("has a file a run, also where names of variants differ by signs that no folder may have", async () => {
    const out = mkdtempSync(join(tmpdir(), "assay-board-"))
    try {
      const target = await tensorboard(out, "e", ["reward"])
      for (const variant of ["a/b", "a:b", "../a"]) for (const seed of [0, 1]) await target.add({ ...run, variant, seed }, [{ ...loss, value: seed }])
      await target.add({ ...run, variant: "a/b" }, [])
      const valuesIn = (folder: string) => recordsIn(readFileSync(join(out, folder, "events.out.tfevents.assay"))).length - 3
      assert.deepStrictEqual(["a_b/seed-0", "a_b/seed-1", "a_b-2/seed-0", "a_b-2/seed-1", "__a/seed-1"].map(valuesIn), [0, 1, 1, 1, 1])
    } finally {
      rmSync(out, { recursive: true })
    }
  })
})
