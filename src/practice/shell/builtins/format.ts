/** printf and the escapes of echo -e. */

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\u001b',
  E: '\u001b',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Turns `\n`, `\x41`, `\u00e9`, `\0101` into bytes; `stopped` when a `\c` was met. */
export function unescape(
  text: string,
  octalNeedsZero: boolean,
): { readonly bytes: Buffer; readonly stopped: boolean } {
  const chunks: Buffer[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') chunks.push(Buffer.from(plain));
    plain = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char !== '\\' || at === text.length - 1) {
      plain += char;
      continue;
    }
    const rest = text.slice(at + 1);
    const octal = (octalNeedsZero ? /^0([0-7]{0,3})/ : /^0?([0-7]{1,3})/).exec(rest);
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
    const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(rest);
    const simple = SIMPLE[rest[0] ?? ''];
    if (octal !== null) {
      flush();
      chunks.push(Buffer.from([Number.parseInt(octal[1] || '0', 8) & 0xff]));
      at += octal[0].length;
    } else if (hex !== null) {
      flush();
      chunks.push(Buffer.from([Number.parseInt(hex[1] ?? '0', 16)]));
      at += hex[0].length;
    } else if (unicode !== null) {
      plain += String.fromCodePoint(Number.parseInt(unicode[1] ?? unicode[2] ?? '0', 16));
      at += unicode[0].length;
    } else if (rest.startsWith('c')) {
      flush();
      return { bytes: Buffer.concat(chunks), stopped: true };
    } else if (simple !== undefined) {
      plain += simple;
      at += 1;
    } else plain += char;
  }
  flush();
  return { bytes: Buffer.concat(chunks), stopped: false };
}

function quoted(text: string): string {
  if (text === '') return "''";
  if (/[\x00-\x1f\x7f]/.test(text)) {
    const body = text
      .replace(/['\\]/g, '\\$&')
      .replaceAll('\n', '\\n')
      .replaceAll('\t', '\\t')
      .replaceAll('\r', '\\r')
      .replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
    return `$'${body}'`;
  }
  return text.replace(/[^\w@%+=:,./\u0080-\uffff-]/g, '\\$&');
}

/** strftime for the time formats that scripts use. @param utcOffset minutes east of Greenwich */
export function formatTime(format: string, epochMs: number, zone = 'UTC'): string {
  const date = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  const months =
    'January February March April May June July August September October November December'.split(' ');
  const day = days[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  const yearDay = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const nanos = `${String(Math.floor(epochMs % 1000)).padStart(3, '0')}000000`;
  const fields: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getUTCFullYear()),
    y: () => two(date.getUTCFullYear() % 100),
    C: () => two(Math.floor(date.getUTCFullYear() / 100)),
    m: () => two(date.getUTCMonth() + 1),
    d: () => two(date.getUTCDate()),
    e: () => String(date.getUTCDate()).padStart(2, ' '),
    H: () => two(date.getUTCHours()),
    I: () => two(date.getUTCHours() % 12 || 12),
    M: () => two(date.getUTCMinutes()),
    S: () => two(date.getUTCSeconds()),
    N: () => nanos,
    s: () => String(Math.floor(epochMs / 1000)),
    F: () => `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
    T: () => clock,
    R: () => clock.slice(0, 5),
    D: () => `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)}`,
    a: () => day.slice(0, 3),
    A: () => day,
    b: () => month.slice(0, 3),
    h: () => month.slice(0, 3),
    B: () => month,
    j: () => String(yearDay).padStart(3, '0'),
    u: () => String(date.getUTCDay() || 7),
    w: () => String(date.getUTCDay()),
    p: () => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
    z: () => '+0000',
    Z: () => zone,
    n: () => '\n',
    t: () => '\t',
    c: () =>
      `${day.slice(0, 3)} ${month.slice(0, 3)} ${String(date.getUTCDate()).padStart(2)} ${clock} ${date.getUTCFullYear()}`,
    x: () => `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)}`,
    X: () => clock,
    '%': () => '%',
  };
  return format.replace(
    /%(:?)([-_0^#]*)(\d*)([A-Za-z%])/g,
    (whole, colon: string, flags: string, width: string, letter: string) => {
      if (letter === 'z' && colon === ':') return '+00:00';
      const field = fields[letter];
      if (field === undefined) return whole;
      const value = field();
      if (letter === 'N' && width !== '') return value.slice(0, Number(width));
      if (flags.includes('-')) return value.replace(/^[0 ]+(?=.)/, '');
      return flags.includes('^') ? value.toUpperCase() : value;
    },
  );
}

/** A number as printf reads it: decimal, 0x, octal, or 'c for a character's code. */
function number(text: string): bigint | null {
  const trimmed = text.trim();
  if (/^["']/.test(trimmed)) return BigInt(trimmed.codePointAt(1) ?? 0);
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(trimmed);
  if (match === null) return trimmed === '' ? 0n : null;
  const digits = match[2] ?? '0';
  const value = /^0\d/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return match[1] === '-' ? -value : value;
}

export interface Printed {
  readonly bytes: Buffer;
  readonly complaints: readonly string[];
}
const SPECIFIER =
  /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\(([^)]*)\)(T)|(?:hh|h|ll|l|q|j|z|t|L)?([diouxXcsbqeEfFgG%]))/g;

/** printf: the format is used again until the arguments are used up. @param now epoch ms, for `%(…)T` with -1 */
export function printf(format: string, args: readonly string[], now: number): Printed {
  const chunks: Buffer[] = [];
  const complaints: string[] = [];
  let next = 0;
  const take = () => {
    next += 1;
    return args[next - 1];
  };
  const takeNumber = (): bigint => {
    const text = take() ?? '0';
    const value = number(text);
    if (value === null) complaints.push(`${text}: invalid number`);
    const prefix = /^\s*[+-]?\d+/.exec(text)?.[0];
    return value ?? (prefix === undefined ? 0n : BigInt(prefix.trim().replace(/^\+/, '')));
  };
  const literal = (text: string): boolean => {
    const { bytes, stopped } = unescape(text, false);
    chunks.push(bytes);
    return stopped;
  };
  for (;;) {
    const before = next;
    let last = 0;
    for (const match of format.matchAll(SPECIFIER)) {
      if (literal(format.slice(last, match.index))) return { bytes: Buffer.concat(chunks), complaints };
      last = match.index + match[0].length;
      const [whole, flags = '', widthText, precisionText, timeFormat, isTime, letter = 's'] = match;
      const width = widthText === '*' ? Number(takeNumber()) : Number(widthText ?? 0);
      const precision =
        precisionText === '*'
          ? Number(takeNumber())
          : precisionText === undefined
            ? whole.includes('.')
              ? 0
              : null
            : Number(precisionText);
      const left = flags.includes('-') || width < 0;
      const pad = (text: string | Buffer, zero = false) => {
        const bytes = Buffer.from(text);
        const length = typeof text === 'string' ? [...text].length : bytes.length;
        const fill = Math.max(0, Math.abs(width) - length);
        if (fill === 0) chunks.push(bytes);
        else if (left) chunks.push(bytes, Buffer.alloc(fill, ' '));
        else if (zero && typeof text === 'string') {
          const sign = /^[+-]/.exec(text)?.[0] ?? '';
          chunks.push(Buffer.from(sign), Buffer.alloc(fill, '0'), Buffer.from(text.slice(sign.length)));
        } else chunks.push(Buffer.alloc(fill, ' '), bytes);
      };
      if (isTime !== undefined) {
        const seconds = take();
        const at =
          seconds === undefined || seconds === '-1' || seconds === '-2' ? now : Number(seconds) * 1000;
        pad(formatTime(timeFormat === '' || timeFormat === undefined ? '%X' : timeFormat, at));
        continue;
      }
      const zero = flags.includes('0');
      switch (letter) {
        case '%':
          chunks.push(Buffer.from('%'));
          break;
        case 's': {
          const text = take() ?? '';
          pad(precision === null ? text : [...text].slice(0, precision).join(''));
          break;
        }
        case 'b': {
          const { bytes, stopped } = unescape(take() ?? '', true);
          pad(bytes);
          if (stopped) return { bytes: Buffer.concat(chunks), complaints };
          break;
        }
        case 'q':
          pad(quoted(take() ?? ''));
          break;
        case 'c':
          pad([...(take() ?? '')][0] ?? '');
          break;
        case 'd':
        case 'i':
        case 'u': {
          const value = takeNumber();
          const digits = (value < 0n ? -value : value).toString().padStart(precision ?? 1, '0');
          const sign = value < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
          pad(sign + digits, zero && precision === null);
          break;
        }
        case 'o':
        case 'x':
        case 'X': {
          const digits = BigInt.asUintN(64, takeNumber())
            .toString(letter === 'o' ? 8 : 16)
            .padStart(precision ?? 1, '0');
          const prefix = flags.includes('#') ? (letter === 'o' ? '0' : '0x') : '';
          const text = prefix + digits;
          pad(letter === 'X' ? text.toUpperCase() : text, zero);
          break;
        }
        default: {
          const text = take() ?? '0';
          const value = Number(text);
          if (Number.isNaN(value)) complaints.push(`${text}: invalid number`);
          const safe = Number.isNaN(value) ? 0 : value;
          const digits = precision ?? 6;
          const lower = letter.toLowerCase();
          const shown =
            lower === 'f'
              ? safe.toFixed(digits)
              : lower === 'e'
                ? safe.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
                : String(Number(safe.toPrecision(Math.max(1, digits))));
          pad((flags.includes('+') && safe >= 0 ? '+' : '') + shown, zero);
        }
      }
    }
    if (literal(format.slice(last))) break;
    if (next >= args.length || next === before) break;
  }
  return { bytes: Buffer.concat(chunks), complaints };
}
