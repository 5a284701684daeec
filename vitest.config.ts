import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // many tests wait for processes that they started, so that one worker would leave a core idle
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
