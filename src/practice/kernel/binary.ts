/** Programs as files that are downloaded: what stands in them decides what runs, wherever they are copied to. */
import { createHash } from 'node:crypto';

export type Machine = 'amd64' | 'arm64';
export interface Binary {
  readonly program: string;
  readonly version: string;
  readonly machine: Machine;
}
/** ELF's numbers of machines. */
const NUMBERS: Readonly<Record<Machine, number>> = { amd64: 0x3e, arm64: 0xb7 };
const MARK = 'practice lab program: ';
const HEADER = 64;

/** Bytes that do not compress and are the same each time. */
function filler(seed: string, size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 32 < size; at += 1)
    blocks.push(createHash('sha256').update(`${seed} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, size);
}
/** @param size bytes altogether, about */
export function makeBinary(binary: Binary, size: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write('\u007fELF', 0, 'latin1');
  header.set([2, 1, 1], 4);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(NUMBERS[binary.machine], 18);
  const words = Buffer.from(`${MARK}${binary.program} ${binary.version}\n`);
  return Buffer.concat([
    header,
    words,
    filler(`${binary.program} ${binary.version} ${binary.machine}`, size),
  ]);
}
/** Null for a file that is no such program. */
export function readBinary(bytes: Buffer): Binary | null {
  if (bytes.toString('latin1', 0, 4) !== '\u007fELF' || bytes.length < HEADER) return null;
  const match = new RegExp(`^${MARK}(\\S+) (\\S+)\\n`).exec(bytes.toString('latin1', HEADER, HEADER + 160));
  const number = bytes.readUInt16LE(18);
  const machine = number === NUMBERS.amd64 ? 'amd64' : number === NUMBERS.arm64 ? 'arm64' : null;
  if (match === null || machine === null) return null;
  return { program: match[1] ?? '', version: match[2] ?? '', machine };
}
