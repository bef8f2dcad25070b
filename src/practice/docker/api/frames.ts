/** Two streams in one: each piece of output behind a header with its stream and its length. */
const NUMBERS = { stdout: 1, stderr: 2 } as const;

/** A frame of a multiplexed stream: stream number, three zero bytes, the length big endian, the bytes. */
export function frame(stream: keyof typeof NUMBERS, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(8);
  header[0] = NUMBERS[stream];
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}
