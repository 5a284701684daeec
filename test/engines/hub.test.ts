/** The cache of models and data beside Python's own `huggingface_hub`, and Parquet files as pyarrow writes them. */
import { execFile } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Data } from "assay"
import * as Effect from "effect/Effect"
import { modelFiles } from "../../src/hub/model.ts"
import { pin, snapshot } from "../../src/hub/snapshot.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { png, runIn } from "../data/support.ts"
import { commit, filesIn } from "../hub/server.ts"
import { environment, hub } from "../hub/support.ts"
import { folder, has } from "./servers.ts"

const tiny = filesIn(fileURLToPath(new URL("../../assets/tiny-vl", import.meta.url)))

/** What a program of Python prints, as JSON. */
const python = (code: string, more: { readonly [name: string]: string } = {}) =>
  Effect.promise(async () => {
    const env = { ...process.env, HF_HUB_DISABLE_TELEMETRY: "1", HF_HUB_DISABLE_PROGRESS_BARS: "1", ...more }
    const { stdout } = await promisify(execFile)(join(folder, "hub", "bin", "python"), ["-c", code], { env })
    return JSON.parse(stdout)
  })

describe.skipIf(!has("hub"))("huggingface_hub", () => {
  it.live("finds the cache that we filled, offline, and has nothing to say against it", () =>
    Effect.gen(function*() {
      const { server } = yield* hub
      const sha = commit(server, "models/org/ours", tiny)
      const { files, folder } = yield* snapshot({ type: "model", name: "org/ours", revision: "main" }, modelFiles(true))
      const asked = server.requests.length
      const found = yield* python(
        `
import json, huggingface_hub as h
info = h.scan_cache_dir()
repo, = info.repos
revision, = repo.revisions
print(json.dumps({
  "warnings": [str(w) for w in info.warnings],
  "repo": [repo.repo_id, repo.repo_type, repo.size_on_disk],
  "revision": [revision.commit_hash, sorted(revision.refs), sorted(f.file_name for f in revision.files)],
  "snapshot": h.snapshot_download("org/ours"),
  "file": h.hf_hub_download("org/ours", "config.json", local_files_only=True),
}))`,
        { HF_HUB_OFFLINE: "1" }
      )
      assert.deepStrictEqual(found, {
        warnings: [],
        repo: ["org/ours", "model", files.reduce((sum, path) => sum + tiny[path]!.length, 0)],
        revision: [sha, ["main"], [...files].sort()],
        snapshot: folder,
        file: join(folder, "config.json")
      })
      assert.strictEqual(server.requests.length, asked)
      // and online it fetches what is missing, and no more
      yield* python("import json, huggingface_hub as h; print(json.dumps(h.snapshot_download(\"org/ours\")))")
      const fetched = server.requests.slice(asked).filter((line) => line.startsWith("GET") && line.includes("/resolve/"))
      assert.deepStrictEqual(fetched.map((line) => line.slice(line.lastIndexOf("/") + 1)), Object.keys(tiny).filter((path) => !files.includes(path)))
    }).pipe(Effect.scoped))

  it.live("fills a cache that we read, offline and online, without fetching anything again", () =>
    Effect.gen(function*() {
      const { home, server } = yield* hub
      const sha = commit(server, "models/org/theirs", tiny)
      const repository = { type: "model", name: "org/theirs", revision: "main" } as const
      const place = yield* python("import json, huggingface_hub as h; print(json.dumps(h.snapshot_download(\"org/theirs\")))")
      const asked = server.requests.length
      yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url, HF_HUB_OFFLINE: "1" })
      assert.strictEqual((yield* snapshot(repository, modelFiles(true))).folder, place)
      assert.strictEqual(yield* pin(repository), sha)
      assert.strictEqual(server.requests.length, asked)
      yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url })
      yield* snapshot(repository, modelFiles(true))
      assert.deepStrictEqual(server.requests.slice(asked).filter((line) => line.includes("/resolve/")), [])
    }).pipe(Effect.scoped))

  it.live("goes on beside us: what one began, broke off and left, harms the other in nothing", () =>
    Effect.gen(function*() {
      const { cache, server } = yield* hub
      commit(server, "models/org/both", tiny)
      const ours = snapshot({ type: "model", name: "org/both", revision: "main" }, modelFiles(true))
      const theirs = python("import json, huggingface_hub as h; print(json.dumps(h.snapshot_download(\"org/both\")))")
      const [{ folder }, place] = yield* Effect.all([ours, theirs], { concurrency: 2 })
      assert.strictEqual(folder, place)
      for (const [path, bytes] of Object.entries(tiny)) assert.isTrue(readFileSync(join(folder, path)).equals(bytes), path)
      const blobs = readdirSync(join(cache, "models--org--both", "blobs"))
      assert.deepStrictEqual(blobs.filter((name) => !/^[0-9a-f]+$/.test(name)), [])
      assert.deepStrictEqual((yield* python("import json, huggingface_hub as h; print(json.dumps([str(w) for w in h.scan_cache_dir().warnings]))")), [])
    }).pipe(Effect.scoped))
})

describe.skipIf(!has("hub"))("pyarrow", () => {
  const writing = `
import json, sys, os, pyarrow as pa, pyarrow.parquet as pq
picture = open(sys.argv[1] if len(sys.argv) > 1 else os.environ["PICTURE"], "rb").read()
out = os.environ["OUT"]
image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
n = 50
answers = [["the lady %d" % i, "she"] if i % 3 else ["the lady %d" % i] for i in range(n)]
table = pa.table({
  "question_id": pa.array([str(i) for i in range(n)]),
  "image": pa.array([{"bytes": picture, "path": None if i % 2 else "a.png"} for i in range(n)], image),
  "answer": pa.array(answers, pa.list_(pa.string())),
  "bbox": pa.array([[i % 10, 2.5, 20, 10.25] for i in range(n)], pa.list_(pa.float32())),
  "objects": pa.array([{"bbox": [[1.0, 2.0, 3.0, 4.0]] * (i % 3), "category": [i % 2] * (i % 3), "iscrowd": [None] * (i % 3)} for i in range(n)],
    pa.struct([("bbox", pa.list_(pa.list_(pa.float64(), 4))), ("category", pa.list_(pa.int64())), ("iscrowd", pa.list_(pa.int8()))])),
  "label": pa.array(["cat" if i % 2 else None for i in range(n)]).dictionary_encode(),
})
features = {"info": {"features": {"objects": {"feature": {"category": {"names": ["cat", "dog"], "_type": "ClassLabel"}}, "_type": "Sequence"}}}}
table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
  for version in ["1.0", "2.0"]:
    pq.write_table(table, f"{out}/{codec}-{version}.parquet", compression=codec, data_page_version=version, row_group_size=20)
print("null")`

  it.live("writes files that are read alike, by every compression and both kinds of pages", () =>
    Effect.gen(function*() {
      const { home } = yield* hub
      const picture = join(home, "picture.png")
      writeFileSync(picture, yield* Effect.promise(() => png(64, 48)))
      yield* python(writing, { PICTURE: picture, OUT: home })
      const names = readdirSync(home).filter((name) => name.endsWith(".parquet"))
      assert.strictEqual(names.length, 12)
      for (const name of names) {
        const files = join(home, name)
        const referred = yield* toArray((yield* runIn(home, Data.parquet({ files, as: "referring" }))).examples)
        assert.strictEqual(referred.length, 50 + 33, name)
        assert.deepInclude(referred.at(-1)!, { id: "49.1", expression: "she", box: { space: "original", x1: 9, y1: 2.5, x2: 29, y2: 12.75 } }, name)
        assert.isTrue(readFileSync(referred[0]!.image.path).equals(readFileSync(picture)))
        const { categories, examples } = yield* runIn(home, Data.parquet({ files, as: "detection" }))
        const detected = yield* toArray(examples)
        assert.deepStrictEqual(categories, ["cat", "dog"])
        assert.deepStrictEqual(detected.slice(0, 4).map(({ objects }) => objects.map(({ label }) => label)), [[], ["dog"], ["cat", "cat"], []], name)
      }
    }).pipe(Effect.scoped))
})
