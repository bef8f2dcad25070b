/** How large the terminal is, and when that changes. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}
export interface SizedStream extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
  readonly isTTY?: boolean;
}

/** 80×24 where the stream does not know, as terminals have had it since the VT100. */
export function readSize(stream: SizedStream): Size {
  const { columns = 0, rows = 0 } = stream;
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}

/** Calls back with each new size. Returns how to stop. */
export function watchSize(stream: SizedStream, listener: (size: Size) => void): () => void {
  const onResize = (): void => listener(readSize(stream));
  stream.on('resize', onResize);
  return () => {
    stream.removeListener('resize', onResize);
  };
}
