import { assert, describe, it } from "vitest"
import { asked } from "../../src/telemetry/asked.ts"

const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"

describe("what the environment asks of telemetry", () => {
  it("is nothing unless a collector is named", () => {
    assert.isUndefined(asked({}))
    assert.isUndefined(asked({ OTEL_SERVICE_NAME: "mine", [endpoint]: " " }))
    assert.isUndefined(asked({ [endpoint]: "http://localhost:4318", OTEL_SDK_DISABLED: "TRUE" }))
  })

  it("is protobuf to the endpoint, with the defaults of OpenTelemetry for what is not set", () => {
    const found = asked({ [endpoint]: "http://localhost:4318", OTEL_SERVICE_NAME: "mine", OTEL_EXPORTER_OTLP_HEADERS: "" })
    assert(found?._tag === "Sends")
    assert.strictEqual(found.encoding, "protobuf")
    assert.strictEqual(found.variables["OTEL_SERVICE_NAME"], "mine")
    assert.strictEqual(found.variables["OTEL_TRACES_EXPORTER"], "otlp")
    assert.notProperty(found.variables, "OTEL_EXPORTER_OTLP_HEADERS")
  })

  it("may be JSON, or one signal alone", () => {
    const found = asked({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c:4318/v1/traces", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })
    assert(found?._tag === "Sends")
    assert.strictEqual(found.encoding, "json")
  })

  it("says where to without a password", () => {
    const found = asked({ [endpoint]: "https://me:secret@collector.example:4318/otlp?key=secret" })
    assert(found?._tag === "Sends")
    assert.strictEqual(found.to, "https://collector.example:4318")
  })

  it.each([
    [{ [endpoint]: "localhost:4318" }, /OTEL_EXPORTER_OTLP_ENDPOINT is no address of HTTP/],
    [{ [endpoint]: "nowhere" }, /is no address of HTTP/],
    [{ [endpoint]: "http://localhost:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /is grpc, which is not spoken here.*4318/]
  ])("is refused where it cannot be done: %o", (environment, reason) => {
    const found = asked(environment)
    assert(found?._tag === "Refuses")
    assert.match(found.reason, reason)
  })
})
