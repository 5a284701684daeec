/** Tests of what is published: `npm run package-test`. They pack and install, which takes too long for `npm test`. */
import { defineConfig } from "vitest/config"
import base from "../../vitest.config.ts"

export default defineConfig({
  test: {
    include: ["test/package/*.test.ts"],
    globalSetup: "test/package/pack.ts",
    tags: base.test!.tags!,
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000
  }
})
