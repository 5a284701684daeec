/** Telemetry by OTLP over HTTP: Effect's own exporters, kept from ever holding up a run. */
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as OtlpMetrics from "effect/observability/OtlpMetrics"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { Sends, Way } from "./asked.ts"
import { type Follower, follower } from "./follow.ts"
import { numbersOf } from "./numbers.ts"
import { spansOf } from "./spans.ts"

/** Milliseconds that a collector may take for an answer, all of it: what is sent meanwhile lies in memory. */
const patience = 10_000

const fetchWithin: typeof globalThis.fetch = (url, init) => {
  const late = AbortSignal.timeout(patience)
  return fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, late]) : late })
}

const serializations = { json: OtlpSerialization.layerJson, protobuf: OtlpSerialization.layerProtobuf }

/** How a signal is written; one that is not sent does not care. */
const written = (way: Way | undefined) => serializations[way?.encoding ?? "protobuf"]

/**
 * What follows a journal to a collector, for the rest of the scope. At its end what is left is sent, for as long as
 * OTEL_EXPORTER_OTLP_TIMEOUT says.
 */
export const otlp = Effect.fnUntraced(function*({ metrics, traces, variables }: Sends) {
  const registry = Context.make(Metric.MetricRegistry, new Map())
  const signals = Layer.mergeAll(
    OtlpTracer.layerFromConfig().pipe(Layer.provide(written(traces))),
    OtlpMetrics.layerFromConfig().pipe(Layer.provide(written(metrics)))
  ).pipe(Layer.provide(FetchHttpClient.layer))
  // both signals wait for a slow collector at once
  const scope = yield* Effect.acquireRelease(Scope.make("parallel"), (scope) => Scope.close(scope, Exit.void))
  const context = yield* Layer.buildWithScope(signals, scope).pipe(
    Effect.provideContext(registry),
    Effect.provideService(FetchHttpClient.Fetch, fetchWithin),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: variables }))
  )
  const clock = yield* Clock.Clock
  const spans = spansOf(Context.get(context, Tracer.Tracer), () => clock.currentTimeNanosUnsafe())
  return yield* Effect.acquireRelease(
    Effect.succeed<Follower>(follower(spans, numbersOf(registry))),
    (follower) => Effect.sync(follower.end)
  )
})
