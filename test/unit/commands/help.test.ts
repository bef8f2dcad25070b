import { describe, expect, it } from 'vitest';
import { commandHelp, overview } from '../../../src/commands/help.js';
import { OPTIONS } from '../../../src/commands/options.js';
import {
  COMMANDS,
  commandNames,
  commandSpec,
  GLOBAL_OPTIONS,
  optionNames,
} from '../../../src/commands/table.js';
import { LANGUAGES } from '../../../src/lab/types.js';

describe.each(LANGUAGES)('help in %s', (language) => {
  it('lists every command with its sentence, and every global option', () => {
    const text = overview(language);
    for (const name of commandNames()) {
      expect(text).toContain(`\n  ${name}`);
      expect(text).toContain(COMMANDS[name].about[language]);
    }
    for (const name of GLOBAL_OPTIONS) expect(text).toContain(`--${name}`);
    expect(text).toMatch(/0 .* 1 .* 2 .* 3 /);
  });

  it.each(commandNames())('tells every option of %s', (name) => {
    const text = commandHelp(name, language);
    for (const option of commandSpec(name).options) {
      expect(text).toContain(`--${option}`);
      expect(text).toContain(OPTIONS[option].about[language]);
    }
    expect(text).toContain(`threebody-tui ${name}`);
  });
});

describe('the table', () => {
  it('has no option that nobody takes', () => {
    const taken = new Set<string>([
      ...GLOBAL_OPTIONS,
      ...commandNames().flatMap((name) => commandSpec(name).options),
    ]);
    expect(optionNames().filter((name) => !taken.has(name))).toEqual([]);
  });
});
