/** Loads the study files that it is given, as plain Node does, and prints what was wrong with each. */
import * as Effect from "effect/Effect"
import { load } from "../../../src/workspace/loadStudy.ts"

const failures = await Promise.all(process.argv.slice(2).map((file) => Effect.runPromise(Effect.flip(load(file)))))
console.log(JSON.stringify(failures.map(({ code, message }) => ({ code, message }))))
