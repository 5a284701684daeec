/** The tests with real engines, one at a time: `npm run test:engines`. `make` makes what they need. */
import { mergeConfig } from "vitest/config"
import base from "../../vitest.config.ts"

const config = mergeConfig(base, {
  test: { fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000 }
})

export default { ...config, test: { ...config.test, include: ["test/engines/**/*.test.ts"], exclude: [] } }
