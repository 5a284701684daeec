/** Flags that all servers have. */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"

export const listening = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port to listen on (0: any that is free)"),
    Flag.filter((port) => port >= 0 && port <= 65_535, () => "a number from 0 to 65535"),
    Flag.withDefault(8440)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("Address to listen on; one that other machines reach needs a token"),
    Flag.withDefault("127.0.0.1")
  ),
  tokenVariable: Flag.String("token-variable").pipe(
    Flag.withDescription("Variable of the environment that holds the token clients must send, as `Authorization: Bearer`"),
    Flag.withMetavar("NAME"),
    Flag.optional
  )
} as const

export type Listening = Command.Command.Config.Infer<typeof listening>
