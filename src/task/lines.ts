/** Lines of a text stream, ended by line feeds alone: U+2028 and its like may stand inside of a JSON string. */

/**
 * The lines of a UTF-8 stream, without their line feeds and a carriage return before one; a byte order mark at the start
 * is left out. A line is cut after `longest` characters, one more than which tells that it was. What is not UTF-8 shows as U+FFFD,
 * or is thrown as `decoder` throws it.
 */
export const lines = async function*(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
  decoder = new TextDecoder() // leaves the byte order mark out
): AsyncGenerator<string> {
  let held = ""
  const take = (text: string): void => {
    if (held.length <= longest) held += text.slice(0, longest + 1 - held.length)
  }
  const line = (): string => {
    const whole = held.endsWith("\r") ? held.slice(0, -1) : held
    held = ""
    return whole
  }
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true })
    let from = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      take(text.slice(from, end))
      yield line()
      from = end + 1
    }
    take(text.slice(from))
  }
  take(decoder.decode())
  if (held !== "") yield line()
}
