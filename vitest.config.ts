import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const source = (path: string) => fileURLToPath(new URL(`src/${path}.ts`, import.meta.url))

// threads and programs that tests start read modules and strip types once, as the command does, and in the same place
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "node-compile-cache")

export default defineConfig({
  // the package's own name means its sources here, as in the studies that the command loads
  resolve: { alias: [{ find: /^assay$/, replacement: source("index") }, { find: /^assay\/(.*)$/, replacement: source("$1") }] },
  test: {
    include: ["test/**/*.test.ts"],
    // they pack and install: `npm run package-test`; they start real servers: `npm run test:engines`
    exclude: ["test/package/**", "test/engines/**"],
    globalSetup: ["test/shared.ts"],
    setupFiles: ["test/leavesNoTrace.ts"],
    tags: [{ name: "long", description: "holds with much time what others hold in part with little: .ci/run leaves it out" }],
    // many tests wait for processes that they started, so that one worker would leave a core idle
    maxWorkers: 2,
    // what 305 files import is loaded twice, not 305 times: a file leaves the environment of its process as it found it
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
