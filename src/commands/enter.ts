/** From the arguments to an exit status: help, the screen, or a command. */
import type { CommandContext } from './context.js';
import { commandHelp, overview } from './help.js';
import { parseCommandLine, type CommandLine } from './parse.js';
import { createStreams, type Streams } from './streams.js';
import { errorText } from './trouble-text.js';
import { detectLanguage } from '../i18n/detect.js';
import type { Language } from '../lab/types.js';
import { stateRoot } from '../services/files/places.js';
import { readPreferences } from '../services/files/preferences.js';

/** What a call of the program brings with it. */
export interface Call {
  readonly line: CommandLine;
  /** Arguments of the process after the program's name. */
  readonly argv: readonly string[];
  readonly language: Language;
  /** Absolute path of assets/. */
  readonly assets: string;
  readonly streams: Streams;
  readonly drawHome: CommandContext['drawHome'];
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

const USAGE = 2;

/**
 * Does what the arguments ask for. When the status comes back, everything written has left this process.
 * @param options.showScreen shows the full screen until the person quits
 * @param options.clear takes away what was on the screen before anything was known
 */
export async function enter(
  argv: readonly string[],
  options: Pick<Call, 'assets' | 'exit' | 'drawHome'> & {
    readonly showScreen: (call: Call) => Promise<number>;
    readonly clear: () => void;
  },
): Promise<number> {
  const streams = createStreams(process.stdout, process.stderr);
  const { language: remembered } = await readPreferences(stateRoot(process.env));
  const language = detectLanguage(argv, process.env, remembered);
  let status: number;
  try {
    status = await start(argv, language, streams, options);
  } catch (error) {
    options.clear();
    streams.talk(errorText(error, language));
    status = 1;
  }
  await streams.flushed();
  return status;
}

async function start(
  argv: readonly string[],
  language: Language,
  streams: Streams,
  { assets, exit, drawHome, showScreen, clear }: Parameters<typeof enter>[1],
): Promise<number> {
  let line: CommandLine;
  try {
    line = parseCommandLine(argv);
  } catch (error) {
    clear();
    streams.talk(errorText(error, language));
    return USAGE;
  }
  const { command, options } = line;
  const call: Call = { line, argv, language, assets, streams, drawHome, exit };
  if (command === null && !options.has('help') && !options.has('version')) return screenOr(call, showScreen);
  clear();
  if (options.has('help')) {
    streams.result(command === null ? overview(language) : commandHelp(command, language));
    return 0;
  }
  const { executeCommand, versionOf } = await import('./execute.js');
  if (options.has('version') || command === null) {
    streams.result(`${await versionOf(assets)}\n`);
    return 0;
  }
  return executeCommand(command, call);
}

function screenOr(call: Call, showScreen: (call: Call) => Promise<number>): Promise<number> | number {
  const { language, streams } = call;
  if (process.stdin.isTTY && process.stdout.isTTY) return showScreen(call);
  streams.result(overview(language));
  const why = {
    id: 'threebody-tui: layar penuh memerlukan terminal; di sini pakai sebuah perintah.',
    en: 'threebody-tui: the full screen needs a terminal; use a command here.',
  };
  streams.talk(why[language]);
  return USAGE;
}
