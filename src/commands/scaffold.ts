/** `scaffold`: writes the lab's repository and a Vagrantfile into a folder. Dials nothing. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkParameter } from '../lab/parameters.js';
import { vmSizes, type VagrantOptions } from '../lab/vagrantfile.js';
import { HOST_NAMES, Trouble, type HostName, type Lab, type Text } from '../lab/types.js';
import { PROJECT_SOURCE, renderProject, type ProjectFile } from '../project/files.js';
import { checkProject } from '../runbook/check-project.js';
import { placeholderNames } from '../runbook/names.js';
import { renderText } from '../runbook/render.js';
import { shellWord } from '../runbook/shell.js';
import type { RenderContext, Runbook } from '../runbook/types.js';
import type { Comparison } from '../services/project/repository.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { contentDirectories, contentTrouble, findLab, loadContent } from './lab-choice.js';
import { jsonDocument } from './output/document.js';
import { PROPOSED_KEY, proposedAddresses, proposedUser, PUBLIC_KEYS, publicKeyOf } from './proposals.js';

const VAGRANTFILE = 'Vagrantfile';
/** More names in a message help nobody. */
const MOST_NAMES = 12;

export async function scaffold(context: CommandContext): Promise<ExitCode> {
  const { line, assets, cwd } = context;
  const folder = resolve(cwd, line.words[0] ?? '');
  const pack = line.options.text('runbook');
  const runbook = await loadContent(pack, assets, cwd);
  const choice = { lab: line.options.text('lab'), practice: line.options.has('practice') };
  const chosen = await findLab(choice, runbook, context.env, cwd);
  const lab = chosen?.lab ?? null;
  await chosen?.close();
  const values = lab === null ? defaults(runbook) : valuesOf(lab);
  if (lab === null)
    talk(context, {
      id: `Tidak ada berkas lab: dipakai nilai bawaan runbook (${addressList(values)}). Dengan lab Anda: --lab FILE`,
      en: `There is no lab file: the runbook's defaults are used (${addressList(values)}). With your lab: --lab FILE`,
    });
  const { readProject } = await import('../project/read.js');
  const { compareFolder, writeFolder } = await import('../services/project/repository.js');
  const stored = await readProject(contentDirectories(pack, assets, cwd));
  const mistakes = checkProject(stored, placeholderNames(runbook.parameters));
  if (mistakes.length > 0) throw contentTrouble(mistakes, assets);
  const vagrant = await vagrantfile(context, lab, values);
  const files = [
    ...renderProject(stored, (text) => renderText(text, values)),
    ...(vagrant === null ? [] : [vagrant]),
  ];
  const found = await compareFolder(folder, files);
  const changes = found.missing.length + found.different.length > 0;
  if (changes) {
    if (!(await mayWrite(context, folder, found))) return 1;
    await writeFolder(folder, files, found);
  }
  tell(context, folder, found, { lab, vagrant: vagrant !== null });
  return 0;
}

function valuesOf(lab: Lab): RenderContext {
  const addresses: Record<HostName, string> = { 'vm-docker': '', 'vm-k8s': '', 'vm-worker': '' };
  for (const host of HOST_NAMES) addresses[host] = lab.hosts[host].address;
  return { host: null, addresses, user: lab.hosts['vm-docker'].user, parameters: lab.parameters };
}

function defaults(runbook: Runbook): RenderContext {
  const parameters = runbook.parameters
    .filter((one) => one.type !== 'secret')
    .map((one) => [one.name, one.default] as const);
  return {
    host: null,
    addresses: proposedAddresses(runbook),
    user: proposedUser(),
    parameters: Object.fromEntries(parameters),
  };
}

function addressList({ addresses }: RenderContext): string {
  return HOST_NAMES.map((host) => `${host} ${addresses[host]}`).join(', ');
}

/** The Vagrantfile for these addresses; null, and said why, when Vagrant could not make such VMs. */
async function vagrantfile(
  context: CommandContext,
  lab: Lab | null,
  { addresses, user, parameters }: RenderContext,
): Promise<ProjectFile | null> {
  const { vagrantfileText } = await import('../services/files/vagrantfile.js');
  const options: VagrantOptions = {
    addresses,
    user,
    publicKey: await publicKey(lab),
    sizes: vmSizes(parameters),
  };
  try {
    const text = await vagrantfileText(join(context.assets, 'templates'), options);
    return { path: VAGRANTFILE, mode: 0o644, bytes: new TextEncoder().encode(text) };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    talk(context, { id: `Tanpa Vagrantfile: ${error.what.id}.`, en: `No Vagrantfile: ${error.what.en}.` });
    return null;
  }
}

/** The public half of the lab's key when it is there, else one that the person has, else the one that they will make. */
async function publicKey(lab: Lab | null): Promise<string> {
  const { isThere } = await import('../services/files/places.js');
  const home = homedir();
  const key = lab === null ? undefined : lab.hosts['vm-docker'].keyFile;
  const candidates = [...(key === undefined ? [] : [publicKeyOf(key)]), ...PUBLIC_KEYS];
  for (const path of candidates) {
    const full = path.startsWith('~/') ? join(home, path.slice(2)) : path;
    if (await isThere(full)) return full.startsWith(`${home}/`) ? `~/${full.slice(home.length + 1)}` : full;
  }
  return publicKeyOf(PROPOSED_KEY);
}

/**
 * @returns false when the person said no
 * @throws Trouble `scaffold-not-empty` without --replace, `not-confirmed` when there is nobody to be asked
 */
async function mayWrite(context: CommandContext, folder: string, found: Comparison): Promise<boolean> {
  const { line, asking } = context;
  if (found.folder !== 'filled') return true;
  if (!line.options.has('replace')) throw notEmpty(folder, found);
  if (found.different.length === 0) return true;
  talk(context, {
    id: `Yang akan diganti di ${folder}, tanpa cadangan:\n${nameLines(found.different, 'id')}`,
    en: `What will be replaced in ${folder}, without a backup:\n${nameLines(found.different, 'en')}`,
  });
  if (line.options.has('yes')) return true;
  if (asking === null)
    throw new Trouble(
      'not-confirmed',
      {
        id: 'tidak ada terminal untuk bertanya, jadi tidak ada yang ditulis',
        en: 'there is no terminal to ask, so nothing was written',
      },
      {
        id: 'Bila daftarnya benar, tambahkan --yes.',
        en: 'If the list is right, add --yes.',
      },
    );
  if (await asking.yes({ id: 'Ganti? [y/T]', en: 'Replace them? [y/N]' })) return true;
  talk(context, { id: 'Tidak ditulis; tidak ada yang diubah.', en: 'Not written; nothing was changed.' });
  return false;
}

function notEmpty(folder: string, { different, missing }: Comparison): Trouble {
  return new Trouble(
    'scaffold-not-empty',
    different.length === 0
      ? {
          id: `folder ini tidak kosong, dan belum berisi semua berkas proyek (kurang ${missing.length})`,
          en: `this folder is not empty, and does not hold all files of the project (${missing.length} missing)`,
        }
      : {
          id: `folder ini tidak kosong, dan isinya berbeda dari proyek:\n${nameLines(different, 'id')}`,
          en: `this folder is not empty, and differs from the project in:\n${nameLines(different, 'en')}`,
        },
    different.length === 0
      ? {
          id: 'Pilih folder lain, atau tambahkan --replace: yang lain di sana tidak disentuh.',
          en: 'Choose another folder, or add --replace: all else in there is left alone.',
        }
      : {
          id: 'Pilih folder lain, atau ganti berkas-berkas itu dengan --replace (simpan dulu perubahan Anda, misalnya dengan git commit).',
          en: 'Choose another folder, or replace those files by --replace (save your changes first, by git commit for instance).',
        },
    folder,
  );
}

function nameLines(paths: readonly string[], language: keyof Text): string {
  const more = paths.length - MOST_NAMES;
  const rest = { id: `dan ${more} lagi`, en: `and ${more} more` };
  return [...paths.slice(0, MOST_NAMES), ...(more > 0 ? [rest[language]] : [])]
    .map((one) => `  ${one}`)
    .join('\n');
}

function tell(
  context: CommandContext,
  folder: string,
  { same, different, missing }: Comparison,
  { lab, vagrant }: { readonly lab: Lab | null; readonly vagrant: boolean },
): void {
  const { streams, line } = context;
  const written = different.length + missing.length;
  streams.result(
    line.options.has('json')
      ? jsonDocument('scaffold', {
          directory: folder,
          lab: lab === null ? null : { name: lab.name, file: lab.file, practice: lab.practice },
          written: missing,
          replaced: different,
          unchanged: same,
          vagrantfile: vagrant,
        })
      : `${folder}\n`,
  );
  talk(
    context,
    written === 0
      ? {
          id: `Semua ${same.length} berkas sudah ada dan sama; tidak ada yang ditulis.`,
          en: `All ${same.length} files are there and the same; nothing was written.`,
        }
      : { id: `${written} berkas ditulis.`, en: `${written} files are written.` },
  );
  const there = shellWord(folder);
  if (vagrant && lab === null)
    talk(context, {
      id: `VM-nya: cd ${there} && vagrant up, lalu threebody-tui init`,
      en: `For the VMs: cd ${there} && vagrant up, then threebody-tui init`,
    });
  // The lab file takes no path with a space in it, for instance.
  const path = checkParameter({ name: PROJECT_SOURCE, type: 'path' }, folder) === null ? folder : 'PATH';
  talk(context, {
    id: `Ubah sesuka Anda (git init di sana), lalu tulis ${PROJECT_SOURCE}: ${path} di \`parameters\` berkas lab; langkah B4 membawanya ke vm-docker.`,
    en: `Change what you like (git init in there), then write ${PROJECT_SOURCE}: ${path} below \`parameters\` in the lab file; step B4 takes it to vm-docker.`,
  });
  if (path !== folder)
    talk(context, {
      id: 'Agar dapat disebut di sana, pindahkan dulu ke path yang hanya berisi huruf, angka, dan . _ @ + -',
      en: 'To be named there it has to be moved to a path of letters, digits and . _ @ + - first.',
    });
}
