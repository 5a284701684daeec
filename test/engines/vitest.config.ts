/** The tests with real engines: `npm run test:engines`. `make` makes what they need. */
import { mergeConfig } from "vitest/config"
import base from "../../vitest.config.ts"

// two files at a time: most of what they start computes in one thread, or waits for what it imports
const config = mergeConfig(base, { test: { testTimeout: 600_000, hookTimeout: 600_000 } })

export default { ...config, test: { ...config.test, include: ["test/engines/**/*.test.ts"], exclude: [] } }
