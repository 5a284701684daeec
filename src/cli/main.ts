import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assay } from "./assay.ts"
import { exitCodes, Failure, from } from "./Failure.ts"
import { exitQuietlyOnClosedPipe, say } from "./output.ts"
import { version } from "./version.ts"

const color = process.stdout.isTTY && !process.env["NO_COLOR"]
const formatter = CliOutput.defaultFormatter({ colors: color })

/** Help is data; what is wrong with a command line is not, and needs no page of help after it. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(formatter.formatHelpDoc(event.helpDoc))
      case "Version":
        return Console.log(event.version)
      case "InvalidInvocation": {
        const errors = event.errors.map((error) => `assay: ${error.message}`)
        return say([...errors, `Try \`${event.commandPath.join(" ")} --help\`.`].join("\n"))
      }
    }
  }
}

const isShowHelp = (error: unknown): error is CliError.ShowHelp =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "ShowHelp"

/** Says what failed, once, and leaves the exit code in the failure. */
const report = (error: unknown): Effect.Effect<void, Failure> => {
  if (isShowHelp(error)) {
    return error.errors.length === 0 ? Effect.void : Effect.fail(new Failure({ code: exitCodes.usage, message: "" }))
  }
  const failure = from(error)
  const told = failure.message === "" ? Effect.void : say(`assay: ${failure.message}`)
  return Effect.andThen(told, Effect.fail(failure))
}

exitQuietlyOnClosedPipe()

// The first signal lets the running step end; who asks twice means it, and loses nothing that was committed.
let signals = 0
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    signals += 1
    if (signals > 1) process.exit(130)
  })
}

Command.runWith(assay, { version })(process.argv.slice(2)).pipe(
  Effect.catchCause((cause) => Cause.hasInterruptsOnly(cause) ? Effect.interrupt : report(Cause.squash(cause))),
  Effect.provide(Layer.mergeAll(
    NodeServices.layer,
    CliOutput.layerPresenter(presenter),
    CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
  )),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, done) => {
      if (exit._tag === "Success") return done(0)
      if (Cause.hasInterruptsOnly(exit.cause)) return done(130)
      const error = Cause.squash(exit.cause)
      return done(error instanceof Failure ? error.code : exitCodes.stageFailed)
    }
  })
)
