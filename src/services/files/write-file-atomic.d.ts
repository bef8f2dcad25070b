/** The part of write-file-atomic (it ships no types) that is used here. */
declare module 'write-file-atomic' {
  export interface WriteOptions {
    readonly mode?: number;
    readonly encoding?: string;
    readonly fsync?: boolean;
  }
  /** Writes beside the file and renames; calls for one path are carried out one after the other. */
  export default function writeFileAtomic(path: string, data: string, options?: WriteOptions): Promise<void>;
}
