/** The command line as it is, without what it does: whether a command that stands in a page would be understood. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assay } from "../../src/cli/assay.ts"
import { words } from "../../src/cli/words.ts"

type Any = Command.Command<string, unknown, unknown, unknown, unknown>

/** The command with nothing to do. */
const idle = (command: Any): Any => {
  const below = command.subcommands.flatMap(({ commands }) => commands) as unknown as ReadonlyArray<Any>
  return below.length === 0
    ? Command.withHandler(command, () => Effect.void) as unknown as Any
    : Command.make(command.name).pipe(Command.withSubcommands(below.map(idle) as never)) as unknown as Any
}

const parser = idle(assay as unknown as Any)

/** What is wrong with these words after `assay`; nothing where they are understood. */
export const wrongWith = async (given: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const errors: Array<string> = []
  const presenter: CliOutput.Presenter = {
    present: (event) => Effect.sync(() => void (event._tag === "InvalidInvocation" ? errors.push(...event.errors.map(({ message }) => message)) : undefined))
  }
  const run = Command.runWith(parser as never, { version: "" })(words([...given])) as Effect.Effect<void, unknown>
  await Effect.runPromise(Effect.ignore(run).pipe(Effect.provide(Layer.merge(NodeServices.layer, CliOutput.layerPresenter(presenter))) as never))
  return errors
}
