import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/commands/duration.js';
import { parseCommandLine } from '../../../src/commands/parse.js';
import { commandNames, commandSpec } from '../../../src/commands/table.js';
import { Trouble } from '../../../src/lab/types.js';

function troubleOf(work: () => unknown): Trouble {
  try {
    work();
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const refused = (...argv: string[]): Trouble => troubleOf(() => parseCommandLine(argv));

describe('the command line', () => {
  it('knows the screen, a command with words, and options before and behind it', () => {
    expect(parseCommandLine([]).command).toBeNull();
    const line = parseCommandLine([
      '--lab',
      'x.yaml',
      'run',
      'A1',
      '--yes',
      'A2',
      '--host=vm-k8s',
      '--host',
      'vm-worker',
    ]);
    expect(line.command).toBe('run');
    expect(line.words).toEqual(['A1', 'A2']);
    expect(line.options.text('lab')).toBe('x.yaml');
    expect(line.options.has('yes')).toBe(true);
    expect(line.options.has('force')).toBe(false);
    expect(line.options.list('host')).toEqual(['vm-k8s', 'vm-worker']);
  });

  it('takes a file named like an option when it is joined by =, and - as a value', () => {
    expect(parseCommandLine(['check', '--lab=--odd']).options.text('lab')).toBe('--odd');
    expect(parseCommandLine(['check', '--junit', '-']).options.text('junit')).toBe('-');
  });

  it('takes everything behind -- as words', () => {
    expect(parseCommandLine(['check', '--', '--json']).words).toEqual(['--json']);
  });

  it.each([
    [['chek'], 'unknown command chek', 'Did you mean check?'],
    [['somke'], 'unknown command somke', 'smoke'],
    [['diagnos'], 'unknown command diagnos', 'Did you mean diagnose?'],
    [['frobnicate'], 'unknown command frobnicate', 'Known: init, connect'],
    [['check', '--jsn'], 'unknown option --jsn', 'Did you mean --json?'],
    [['check', '-z'], 'unknown option -z', 'See: threebody-tui --help'],
    [['check', '--json=yes'], '--json takes no value', 'Write just --json.'],
    [['check', '--lab'], '--lab needs a value', 'Write --lab FILE.'],
    [['check', '--lab', '--json'], '--lab needs a value', 'Write --lab FILE.'],
    [['check', '--lab='], '--lab needs a value', 'Write --lab FILE.'],
    [
      ['check', '--yes'],
      'check does not know --yes',
      'It is an option of: run, undo, drift, diagnose, fault, scaffold.',
    ],
    [['--yes'], '--yes needs a command', 'It is an option of: run, undo, drift, diagnose, fault, scaffold.'],
    [['--lang', 'fr'], 'there is no language fr', '--lang id'],
    [['list'], 'list needs steps|gates', 'Write: threebody-tui list'],
    [['cancel', 'A1', 'A2'], 'A2 is one too many for cancel', 'Write: threebody-tui cancel STEP'],
    [['connect', 'now'], 'now is one too many for connect', 'Write: threebody-tui connect'],
  ])('refuses %j: %s', (argv, what, remedy) => {
    const trouble = refused(...argv);
    expect(trouble.exit).toBe(2);
    expect(trouble.what.en).toContain(what);
    expect(trouble.remedy.en).toContain(remedy);
    expect(trouble.what.id).not.toBe('');
    expect(trouble.remedy.id).not.toBe(trouble.remedy.en);
  });

  it('asks for no words when only help is wanted', () => {
    expect(parseCommandLine(['run', '--help']).options.has('help')).toBe(true);
  });

  it.each(commandNames())('accepts every option that %s offers', (command) => {
    for (const name of commandSpec(command).options) {
      const refusal = (): unknown => {
        try {
          return parseCommandLine([command, `--${name}=x`, 'w']);
        } catch (error) {
          return error instanceof Trouble ? error.what.en : error;
        }
      };
      expect(String(refusal())).not.toMatch(/unknown option|does not know/);
    }
  });
});

describe('spans of time', () => {
  it.each([
    ['120s', 120_000],
    ['90', 90_000],
    ['2m', 120_000],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['0', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text, 'retry-timeout')).toBe(ms);
  });
  it.each(['', 'soon', '5x', '-3', '1.5s', 's', '25h', '99999999999999999999'])('refuses %j', (text) => {
    expect(troubleOf(() => parseDuration(text, 'retry-timeout')).exit).toBe(2);
  });
});
