/** The command: what was asked for, its help, its errors and its exit code. */
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
import { exitCodeOf, exits } from "../pipeline/Errors.ts"
import { Fetching } from "../pipeline/run/fetching.ts"
import { Failure, from } from "./failure.ts"
import { showing } from "./fetching.ts"
import { helpText } from "./help.ts"
import { exitQuietlyOnClosedPipe, say } from "./output.ts"
import { isEndBySignal, watchSignals } from "./signals.ts"
import { version } from "./version.ts"
import { wanted } from "./wanted.ts"
import { words } from "./words.ts"

const color = process.stdout.isTTY && !process.env["NO_COLOR"]

/** Help is data; what is wrong with a command line is not, and needs no page of help after it. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(helpText(event.helpDoc, color))
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
    return error.errors.length === 0 ? Effect.void : Effect.fail(new Failure({ exitCode: exits.usage, message: "" }))
  }
  const failure = from(error)
  const told = failure.message === "" ? Effect.void : say(`assay: ${failure.message}`)
  return Effect.andThen(told, Effect.fail(failure))
}

exitQuietlyOnClosedPipe()
watchSignals()

const given = words(process.argv.slice(2))

const run = Effect.flatMap(wanted(given), (command) => Command.runWith(command, { version })(given))

run.pipe(
  Effect.catchCause((cause) => Cause.hasInterruptsOnly(cause) ? Effect.interrupt : report(Cause.squash(cause))),
  Effect.provide(Layer.mergeAll(
    NodeServices.layer,
    CliOutput.layerPresenter(presenter),
    CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
  )),
  Effect.provideService(Fetching, showing(process.stderr)),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, done) => {
      if (exit._tag === "Success") return done(0)
      if (Cause.hasInterruptsOnly(exit.cause)) return done(isEndBySignal() ? 0 : exits.interrupted)
      return done(exitCodeOf(Cause.squash(exit.cause)))
    }
  })
)
