/** What is made of the records of our files, of a difference, and of who may decide what. Pure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actsFor, isPutWhole, restoredTo } from '../../../src/drift/acts.js';
import { diffLine, explainDiff } from '../../../src/drift/explain.js';
import { isDrifted, isSecret, keepLine, readOurFiles, type OurFile } from '../../../src/drift/files.js';
import { readFiles } from '../../../src/services/drift/read.js';

const OURS = 'a'.repeat(64);
const THEIRS = 'b'.repeat(64);
const TIME = '2026-11-22 14:08:12.123456789 +0000';

/** A record of B2 about /etc/one, with what is there now. */
function records(over: {
  readonly wrote?: string;
  readonly kept?: string;
  readonly now?: string;
  readonly mode?: string;
  readonly adopted?: string;
  readonly hidden?: boolean;
}): string {
  const { wrote = `file ${OURS}`, kept = '', now = OURS, mode = '644', adopted, hidden = false } = over;
  return [
    `F\tr\tB2.write\t/etc/one\t${wrote}\t${kept}\t${hidden ? 'h' : ''}`,
    ...(now === '' ? [] : [`S\t/etc/one\t${mode}\troot:root\t20\t1795340000\tregular file\t${TIME}`]),
    `R\tr:B2.write:/etc/one:wrote\t600\troot:root\t${TIME}`,
    `R\tr:B2.write:/etc/one:left\t644\troot:root\t${TIME}`,
    ...(now === '' ? [] : [`H\t${now}\t/etc/one`]),
    ...(adopted === undefined
      ? []
      : [
          `R\tr:B2.write:/etc/one:adopted\t644\troot:root\t${TIME}`,
          `H\t${adopted}\tr:B2.write:/etc/one:adopted`,
        ]),
  ].join('\n');
}
function only(text: string): OurFile {
  const [file, second] = readOurFiles(text);
  if (file === undefined || second !== undefined) throw new Error('not one file');
  return file;
}

describe('a file of ours', () => {
  it('is as it was left when content, mode and owner are', () => {
    expect(only(records({}))).toMatchObject({
      path: '/etc/one',
      step: 'B2',
      action: 'write',
      as: 'root',
      state: 'as-left',
      writtenAt: Date.parse('2026-11-22T14:08:12Z'),
      restorable: true,
      hidden: false,
    });
  });

  it.each([
    ['another content', { now: THEIRS }, 'edited'],
    ['another mode', { mode: '600' }, 'mode'],
    ['not there', { now: '' }, 'missing'],
    ['kept by a person', { now: THEIRS, kept: keepLine(`file ${THEIRS}`, '644', 'root:root') }, 'kept'],
    [
      'kept once, changed again',
      { now: THEIRS, kept: keepLine(`file ${OURS}`, '644', 'root:root') },
      'edited',
    ],
    ['adopted', { now: THEIRS, adopted: THEIRS }, 'adopted'],
    ['adopted once, changed again', { now: OURS, adopted: THEIRS }, 'edited'],
    ['a link was left, a file is there', { wrote: 'link /etc/two' }, 'replaced'],
    ['nothing was noted', { wrote: '' }, 'unknown'],
  ] as const)('%s', (_what, over, state) => {
    expect(only(records(over)).state).toBe(state);
  });

  it('that nobody may look into is not said to be as it was', () => {
    const text = records({}).replace(`H\t${OURS}\t/etc/one`, '');
    expect(only(text).state).toBe('unreadable');
    expect(actsFor(only(text))).toEqual([]);
  });

  it('that two steps wrote is the one of the later', () => {
    const later = records({ now: THEIRS, wrote: `file ${THEIRS}` })
      .replaceAll('B2.write', 'C1.other')
      .replaceAll('14:08:12', '15:00:00');
    expect(only(`${records({ now: THEIRS })}\n${later}`)).toMatchObject({ step: 'C1', state: 'as-left' });
  });

  it('may hold a secret: marked as one, closed to others, or named like one', () => {
    expect(only(records({ hidden: true })).hidden).toBe(true);
    expect(only(records({ mode: '640' })).hidden).toBe(true);
    for (const path of [
      '/home/a/.kube/config',
      '/srv/.env',
      '/etc/edge/hit.key',
      '/etc/kubernetes/admin.conf',
    ])
      expect(isSecret(path, false, ['644']), path).toBe(true);
    expect(isSecret('/etc/docker/daemon.json', false, ['644', ''])).toBe(false);
  });

  it('is cleaned of what could harm a terminal, and nonsense is left out', () => {
    const [file] = readFiles(records({ now: THEIRS }).replaceAll('/etc/one', '/etc/\u001b[2Jone\u202e'));
    expect(file?.path).toBe('/etc/one');
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const one of readFiles(`F\tr\t${text}\nS\t${text}\n${text}`)) expect(one.path).not.toMatch(/\n/);
      }),
    );
  });
});

describe('what can be decided', () => {
  it('is nothing about a file that is as it was left', () => {
    expect(actsFor(only(records({})))).toEqual([]);
  });

  it('is everything about an edited one, and no adoption of what is not there', () => {
    expect(actsFor(only(records({ now: THEIRS })))).toEqual(['restore', 'keep', 'adopt']);
    expect(actsFor(only(records({ now: '' })))).toEqual(['restore', 'keep']);
    expect(actsFor(only(records({ wrote: '' })))).toEqual(['adopt']);
  });

  it("brings back the lab's own version first, and then what the step wrote", () => {
    expect(restoredTo(only(records({ now: OURS, adopted: THEIRS })))).toBe('adopted');
    const adopted = only(records({ now: THEIRS, adopted: THEIRS }));
    expect([restoredTo(adopted), actsFor(adopted)]).toEqual(['left', ['restore']]);
  });

  it('knows steps that put a file in place as a whole from those that edit it', () => {
    const whole = 'if true; then\n  tb_install hosts "/etc/hosts" 0644\nfi';
    expect(isPutWhole([whole], '/etc/hosts')).toBe(true);
    expect(isPutWhole([whole], '/etc/hosts.allow')).toBe(false);
    expect(isPutWhole(['tb_backup /etc/hosts\nsed -i s/a/b/ /etc/hosts'], '/etc/hosts')).toBe(false);
  });
});

describe('a difference that is a parameter of the lab file', () => {
  const parameters = {
    pod_cidr: '10.244.0.0/16',
    docker_ip: '192.168.56.42',
    also: '192.168.56.42',
    port: 80,
  };
  const diff = (gone: string, come: string): readonly string[] => [
    '--- /etc/one (B2.write)',
    '+++ /etc/one',
    '@@ -1,2 +1,2 @@',
    ' same',
    `-${gone}`,
    `+${come}`,
  ];

  it('is told with all names that the value has', () => {
    expect(explainDiff(diff('net 10.244.0.0/16', 'net 10.9.0.0/16'), parameters)).toEqual([
      { names: ['pod_cidr'], from: '10.244.0.0/16', to: '10.9.0.0/16' },
    ]);
    expect(explainDiff(diff('a 192.168.56.42 b', 'a 192.168.56.7 b'), parameters)).toEqual([
      { names: ['docker_ip', 'also'], from: '192.168.56.42', to: '192.168.56.7' },
    ]);
  });

  it('is not claimed when anything else is different too', () => {
    expect(explainDiff(diff('net 10.244.0.0/16', 'web 10.9.0.0/16'), parameters)).toEqual([]);
    expect(explainDiff([...diff('net 10.244.0.0/16', 'net 10.9.0.0/16'), '+more'], parameters)).toEqual([]);
    expect(explainDiff(diff('port 8080', 'port 9080'), parameters)).toEqual([]);
    expect(explainDiff(['nothing to see'], parameters)).toEqual([]);
  });

  it('is read by the first characters of its lines', () => {
    expect(['--- a', '+++ b', '@@ -1 +1 @@', '-x', '+x', ' x', '\\ No newline'].map(diffLine)).toEqual([
      'head',
      'head',
      'head',
      'gone',
      'come',
      'same',
      'head',
    ]);
  });
});

it('drift is what nobody has decided about', () => {
  expect((['edited', 'mode', 'missing', 'replaced'] as const).every(isDrifted)).toBe(true);
  expect((['as-left', 'adopted', 'kept', 'unreadable', 'unknown'] as const).some(isDrifted)).toBe(false);
});
