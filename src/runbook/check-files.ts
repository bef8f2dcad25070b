/** What an action's staged files must be like: sources that exist, and no secret anywhere but in a file of its own. Pure. */
import type { Diagnostic, SourcePlace } from '../lab/types.js';
import { FORMAT_SUFFIX, PROJECT_SOURCE } from '../project/files.js';
import type { FileSource } from './file-schema.js';
import { FIX, mistake, unknown } from './mistakes.js';
import type { PlaceholderNames } from './names.js';
import { placeholdersOfText } from './render.js';
import type { Action, Runbook } from './types.js';

type Path = readonly PropertyKey[];

/**
 * @param names placeholders that may stand in templates and scripts
 * @param at places inside the action
 * @param script checks a script at a path inside the action
 */
export function checkFiles(
  runbook: Runbook,
  action: Action,
  names: PlaceholderNames,
  at: (path: Path) => SourcePlace,
  script: (text: string, path: Path) => void,
): readonly Diagnostic[] {
  const seen = new Set<string>();
  return action.files.flatMap((file, f) => {
    const place = (key: string): SourcePlace => at(['files', f, key]);
    const out: Diagnostic[] = [];
    for (const name of namesOf(file)) {
      if (seen.has(name)) {
        const what = { id: `berkas ${name} ada dua kali`, en: `file ${name} exists twice` };
        const remedy = { id: 'Beri nama lain pada salah satunya.', en: 'Give one of them another name.' };
        out.push(mistake(place('name'), what, remedy));
      }
      seen.add(name);
    }
    out.push(...checkTemplate(runbook, file, names, place('template')));
    out.push(...checkNamed(runbook, 'secret', file.secret, place('secret')));
    out.push(...checkNamed(runbook, 'upload', file.upload, place('upload')));
    if (file.project !== undefined) {
      out.push(...checkNamed(runbook, 'project', PROJECT_SOURCE, place('project')));
      if (runbook.project.length === 0) out.push(noProject(place('project')));
    }
    for (const [name, value] of Object.entries(file.when ?? {}))
      out.push(...checkWhen(runbook, name, value, place('when')));
    if (file.command !== undefined) script(file.command, ['files', f, 'command']);
    return out;
  });
}

/** Names that a staged file takes in `$TB_FILES`. */
function namesOf(file: FileSource): readonly string[] {
  return file.project === undefined ? [file.name] : [file.name, `${file.name}${FORMAT_SUFFIX}`];
}

function noProject(place: SourcePlace): Diagnostic {
  return mistake(
    place,
    {
      id: 'tidak ada proyek: project/ tidak ada atau kosong',
      en: 'there is no project: project/ is missing or empty',
    },
    {
      id: 'Pasang program ini lagi, atau isi project/ pada paket Anda.',
      en: 'Install this program again, or fill project/ in your pack.',
    },
  );
}

function checkTemplate(
  runbook: Runbook,
  file: FileSource,
  names: PlaceholderNames,
  place: SourcePlace,
): readonly Diagnostic[] {
  if (file.template === undefined) return [];
  const template = runbook.templates[file.template];
  if (template === undefined)
    return [
      unknown({ id: 'template', en: 'template' }, file.template, Object.keys(runbook.templates), place),
    ];
  const kind = { id: `nama di ${file.template}`, en: `placeholder in ${file.template}` };
  return placeholdersOfText(template).flatMap((name) => names.problem(name, place, kind) ?? []);
}

/** `when` names a parameter that is a choice, and one of its choices. */
function checkWhen(runbook: Runbook, name: string, value: string, place: SourcePlace): readonly Diagnostic[] {
  const choices = runbook.parameters.filter((one) => one.choices !== undefined);
  const parameter = choices.find((one) => one.name === name);
  if (parameter === undefined) {
    const names = choices.map((one) => one.name);
    return [unknown({ id: 'parameter bertipe choice', en: 'parameter of type choice' }, name, names, place)];
  }
  const allowed = parameter.choices ?? [];
  if (allowed.includes(value)) return [];
  return [unknown({ id: `pilihan untuk ${name}`, en: `choice for ${name}` }, value, allowed, place)];
}

/** `secret` needs a parameter of type secret, `upload` and `project` one of type path that may be empty. */
function checkNamed(
  runbook: Runbook,
  key: 'secret' | 'upload' | 'project',
  name: string | undefined,
  place: SourcePlace,
): readonly Diagnostic[] {
  if (name === undefined) return [];
  const type = key === 'secret' ? 'secret' : 'path';
  const parameter = runbook.parameters.find((one) => one.name === name);
  if (parameter === undefined) {
    const fitting = runbook.parameters.filter((one) => one.type === type).map((one) => one.name);
    return [
      unknown({ id: `parameter bertipe ${type}`, en: `parameter of type ${type}` }, name, fitting, place),
    ];
  }
  if (parameter.type !== type) {
    const what = {
      id: `${name} bertipe ${parameter.type}, padahal \`${key}\` butuh tipe ${type}`,
      en: `${name} is of type ${parameter.type}, but \`${key}\` needs type ${type}`,
    };
    return [mistake(place, what, FIX)];
  }
  if (key !== 'secret' && !parameter.optional) {
    const what = {
      id: `${name} tidak \`optional\`: tanpa berkas di komputer operator langkah ini tidak akan pernah bisa jalan`,
      en: `${name} is not \`optional\`: without a file on the operator's computer this step could never run`,
    };
    const remedy = {
      id: 'Tambahkan `optional: true` pada parameter itu.',
      en: 'Add `optional: true` to that parameter.',
    };
    return [mistake(place, what, remedy)];
  }
  return [];
}
