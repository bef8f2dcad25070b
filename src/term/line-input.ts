/** Lines typed by a person, for the linear mode: echoed by us, so that secrets can stay unseen. */

export interface LineInputOptions {
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream;
  readonly write: (text: string) => void;
  /** True while what is typed must not be shown. */
  readonly secret: () => boolean;
  readonly onLine: (line: string) => void;
  /** Ctrl-C, Ctrl-D on an empty line, or the end of input. */
  readonly onEnd: () => void;
}

/** Starts reading; returns how to stop, which gives the terminal's own mode back. */
export function readLines(options: LineInputOptions): () => void {
  const { stdin, write } = options;
  const raw = 'setRawMode' in stdin && stdin.isTTY ? stdin : null;
  let typed: string[] = [];
  const submit = (): void => {
    const line = typed.join('');
    typed = [];
    if (raw !== null) write('\r\n');
    options.onLine(line);
  };
  const onKey = (char: string): void => {
    if (char === '\r' || char === '\n') submit();
    else if (char === '\u0003' || (char === '\u0004' && typed.length === 0)) options.onEnd();
    else if (char === '\u007F' || char === '\b') {
      if (typed.pop() !== undefined && raw !== null && !options.secret()) write('\b \b');
    } else if (char >= ' ') {
      typed.push(char);
      if (raw !== null && !options.secret()) write(char);
    }
  };
  const onData = (chunk: string | Buffer): void => {
    // Arrows and function keys mean nothing here; a CR LF pair is one line end.
    const text = chunk
      .toString()
      .replaceAll(/\u001B(\[[0-9;?]*[ -/]*[@-~]|O.|.)?/g, '')
      .replaceAll('\r\n', '\n');
    for (const char of text) onKey(char);
  };
  raw?.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.on('data', onData);
  stdin.on('end', options.onEnd);
  stdin.resume();
  return () => {
    stdin.removeListener('data', onData);
    stdin.removeListener('end', options.onEnd);
    raw?.setRawMode(false);
    stdin.pause();
  };
}
