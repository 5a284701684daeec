/** Help as it is printed: lists of commands have a sentence for each, and what goes over several lines stays in its column. */
import * as Arr from "effect/Array"
import type { HelpDoc } from "effect/cli/HelpDoc"

/** The first sentence of a description. */
export const summary = (description: string): string =>
  /^[^]*?(?:[.?!](?=\s|$)|:\n|\n\n|$)/.exec(description)![0].trim().replace(/:$/, ".").replaceAll(/\s+/g, " ")

/** A help page that is printed well as it stands. */
export const tidy = (doc: HelpDoc): HelpDoc => ({
  ...doc,
  description: doc.description.replaceAll(/\n(?=[^\n])/g, "\n  "),
  ...(doc.subcommands === undefined ? {} : {
    subcommands: doc.subcommands.map((group) => ({
      ...group,
      commands: Arr.map(group.commands, (command) => ({ ...command, shortDescription: summary(command.description).replace(/\.$/, "") }))
    }))
  })
})
