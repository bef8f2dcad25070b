import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPlaceholders, shellWord } from '../../../src/runbook/shell.js';

/** What bash makes of a script's words. */
function bashWords(script: string): readonly string[] {
  const out = execFileSync('bash', ['-c', `printf '%s\\0' ${script}`], { encoding: 'utf8' });
  return out.split('\0').slice(0, -1);
}

describe('shellWord', () => {
  it('survives a real bash whatever a value holds, together with its neighbours', () => {
    const value = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed());
    const nasty = fc.constantFrom(
      "'",
      "''",
      '$(reboot)',
      '`id`',
      '; rm -rf /',
      '" x "',
      '\\',
      "\\'",
      '*',
      '~',
      '!!',
      '${HOME}',
      '-n',
      '#',
      '',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(value, nasty), { minLength: 1, maxLength: 8 }), (values) => {
        expect(bashWords(values.map(shellWord).join(' '))).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses newlines and NUL instead of hiding them', () => {
    expect(() => shellWord('a\nreboot')).toThrow(RangeError);
    expect(() => shellWord('a\0')).toThrow(RangeError);
  });
});

describe('findPlaceholders', () => {
  const contexts = (script: string): readonly string[] =>
    findPlaceholders(script).map((one) => `${one.name}:${one.context}`);

  it('knows where a word may stand', () => {
    expect(contexts('name={{host.name}}\nfor n in {{param.names}}; do :; done')).toEqual([
      'host.name:word',
      'param.names:word',
    ]);
    expect(contexts('echo "$(hostname {{host.name}})"')).toEqual(['host.name:word']);
  });

  it('leaves the Go templates of docker and kubectl alone, but not a name that only begins like one', () => {
    expect(contexts(`docker ps --format '{{.Names}} {{json .Labels}}{{range .Ports}}{{end}}'`)).toEqual([]);
    expect(contexts('echo {{end.address}} {{jsonx}}')).toEqual(['end.address:word', 'jsonx:word']);
  });

  it('errs towards refusing what it cannot tell apart, like a shift in arithmetic', () => {
    expect(contexts('x=$(( 1 << 2 ))\necho {{host.name}}')).toEqual(['host.name:heredoc']);
  });

  it('sees quotes, comments and here-documents, where a value could break out', () => {
    expect(contexts("echo '{{a}}'")).toEqual(['a:single']);
    expect(contexts('echo "x {{a}}"')).toEqual(['a:double']);
    expect(contexts('echo "$(echo "{{a}}")"')).toEqual(['a:double']);
    expect(contexts('# {{a}}\necho {{b}}')).toEqual(['a:comment', 'b:word']);
    expect(contexts("cat <<'EOF'\n{{a}}\nEOF\necho {{b}}")).toEqual(['a:heredoc', 'b:word']);
    expect(contexts('cat <<-EOF\n\t{{a}}\n\tEOF\necho {{b}}')).toEqual(['a:heredoc', 'b:word']);
    expect(contexts('cat <<<{{a}}')).toEqual(['a:word']);
    expect(contexts(String.raw`echo \' {{a}} \'`)).toEqual(['a:word']);
  });

  it('never calls a place a word where bash would not keep the value whole', () => {
    const piece = fc.constantFrom(
      'echo ',
      '"',
      "'",
      '\n',
      '# note\n',
      "cat <<'E'\n",
      'E\n',
      '$(',
      ')',
      '\\',
      ' ; ',
      '{{v}}',
      ' x ',
    );
    const value = `a'"b $(echo pwned) \`c\` \\ #d`;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 14 }), (pieces) => {
        const script = pieces.join('');
        const found = findPlaceholders(script);
        if (found.length === 0 || found.some((one) => one.context !== 'word')) return;
        let rendered = '';
        let from = 0;
        for (const one of found) {
          rendered += script.slice(from, one.start) + shellWord(value);
          from = one.end;
        }
        rendered += script.slice(from);
        // Whatever the script is, the command hidden in the value must never have run.
        let out = '';
        try {
          out = execFileSync('bash', ['-c', rendered], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
            timeout: 5000,
            env: { PATH: '/nonexistent' },
          });
        } catch (error) {
          out = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
        }
        expect(out.replaceAll(value, '')).not.toMatch(/(^|[^ ]|[^o] )pwned/m);
      }),
      { numRuns: 80 },
    );
  });
});
