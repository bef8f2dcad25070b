/** `secret`: shows one secret of the lab, because a person asked for it by name. */
import { nearest } from '../lab/nearest.js';
import { secretVariable } from '../lab/parameters.js';
import { Trouble } from '../lab/types.js';
import type { SecretOrigin } from '../services/ports.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { usageTrouble } from './parse.js';
import { openLab } from './session.js';

export async function secret(context: CommandContext): Promise<ExitCode> {
  const [name = ''] = context.line.words;
  const lab = await openLab(context);
  try {
    const { runbook, session } = lab;
    const known = runbook.parameters.filter((one) => one.type === 'secret');
    const parameter = known.find((one) => one.name === name);
    if (parameter === undefined)
      throw unknownSecret(
        name,
        known.map((one) => one.name),
      );
    const { secrets } = session;
    const value = secrets.value(name);
    const origin = secrets.origin(name);
    if (value === null || origin === null) throw notThere(name, parameter.generate !== false);
    const from = describe(origin, secrets.file, session.lab.file);
    talk(context, {
      id: `Ini rahasia (${from.id}). Jangan tampilkan di layar bersama, rekaman, atau log.`,
      en: `This is a secret (${from.en}). Keep it off shared screens, recordings and logs.`,
    });
    context.streams.result(`${value}\n`);
    return 0;
  } finally {
    await lab.close();
  }
}

function describe(
  origin: SecretOrigin,
  kept: string,
  labFile: string | null,
): { readonly id: string; readonly en: string } {
  switch (origin) {
    case 'environment':
      return { id: 'dari lingkungan', en: 'from the environment' };
    case 'lab-file':
      return { id: `dari ${labFile ?? 'berkas lab'}`, en: `from ${labFile ?? 'the lab file'}` };
    case 'generated':
      return { id: `dibuat program ini, disimpan di ${kept}`, en: `made by this program, kept in ${kept}` };
    case 'typed':
      return { id: `disimpan di ${kept}`, en: `kept in ${kept}` };
  }
}

function unknownSecret(name: string, known: readonly string[]): Trouble {
  const close = nearest(name, known);
  const what = { id: `tidak ada rahasia ${name}`, en: `there is no secret ${name}` };
  if (close !== null) return usageTrouble(what, { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` });
  return known.length === 0
    ? usageTrouble(what, { id: 'Runbook ini tidak punya rahasia.', en: 'This runbook has no secrets.' })
    : usageTrouble(what, { id: `Yang ada: ${known.join(', ')}.`, en: `Known: ${known.join(', ')}.` });
}

function notThere(name: string, generated: boolean): Trouble {
  return new Trouble(
    'secret-unset',
    generated
      ? { id: `rahasia ${name} belum dibuat`, en: `the secret ${name} has not been made yet` }
      : { id: `rahasia ${name} belum diberikan`, en: `the secret ${name} has not been given` },
    generated
      ? {
          id: 'Ia dibuat saat langkah yang memerlukannya pertama kali dijalankan.',
          en: 'It is made when the step that needs it is run for the first time.',
        }
      : {
          id: `Yang diketik dan tidak disimpan hanya ada selama program berjalan. Berikan lewat ${secretVariable(name)} atau \`secrets:\` di berkas lab.`,
          en: `What was typed and not kept lasts only as long as the program runs. Give it by ${secretVariable(name)} or \`secrets:\` in the lab file.`,
        },
  );
}
