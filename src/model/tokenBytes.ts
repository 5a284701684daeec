/** The bytes that tokens stand for, in vocabularies of bytes: GPT-2's way of writing every byte as a visible character. */

const isVisible = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174

/** Visible bytes are written as they are, the others as the characters from 256 on. Source: OpenAI, gpt-2, `bytes_to_unicode`. */
const byteOf: ReadonlyMap<string, number> = new Map(
  [
    ...Array.from({ length: 256 }, (_, byte) => byte).filter(isVisible).map((byte) => [byte, byte] as const),
    ...Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isVisible(byte)).map((byte, i) => [256 + i, byte] as const)
  ].map(([character, byte]) => [String.fromCodePoint(character), byte])
)

/** The bytes of a token as the vocabulary writes it. */
export const tokenBytes = (token: string): Uint8Array =>
  Uint8Array.from(Array.from(token).flatMap((character) => byteOf.get(character) ?? []))
