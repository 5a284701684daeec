/** Loads the study files that it is given, as plain Node does, and prints what was wrong with each. */
import * as Effect from "effect/Effect"
import { loadStudy } from "../../../src/workspace/loadStudy.ts"

const failures = await Promise.all(process.argv.slice(2).map((file) => Effect.runPromise(Effect.flip(loadStudy(file)))))
console.log(JSON.stringify(failures.map(({ exitCode, message }) => ({ code: exitCode, message }))))
