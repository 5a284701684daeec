/** The faults at full length: `npm run test:faults`, with a summary at its end. The normal tests have a short form of each. */
import { mergeConfig } from "vitest/config"
import base from "../../vitest.config.ts"

const config = mergeConfig(base, {
  test: {
    env: { ASSAY_FAULTS: "full" },
    globalSetup: ["test/faults/support/summary.ts"],
    testTimeout: 2_400_000,
    hookTimeout: 600_000
  }
})

export default { ...config, test: { ...config.test, include: ["test/faults/**/*.test.ts"], exclude: [] } }
