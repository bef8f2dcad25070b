/** What a shell can offer on our command line, from the tables of commands and options. Pure. */
import type { Language } from '../lab/types.js';
import { commandNames, commandSpec, GLOBAL_OPTIONS, optionSpec, type CommandName } from './table.js';
import type { OptionName } from './options.js';

/** What may stand at a place: words, names of files, or something only the person knows. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'directories' }
  | { readonly kind: 'free' };

export interface OfferedOption {
  readonly name: string;
  readonly short: string | null;
  readonly about: string;
  /** null: it takes no value. */
  readonly value: Offer | null;
}
export interface OfferedCommand {
  readonly name: string;
  readonly about: string;
  /** Behind the name. */
  readonly words: Offer;
  readonly options: readonly OfferedOption[];
}
export interface CompletionModel {
  readonly commands: readonly OfferedCommand[];
  readonly global: readonly OfferedOption[];
}

/** Names that a lab, a runbook and a catalogue give to things. */
export interface KnownNames {
  readonly hosts: readonly string[];
  readonly phases: readonly string[];
  readonly steps: readonly string[];
  /** `A1/stop-updates` */
  readonly actions: readonly string[];
  readonly gates: readonly string[];
  readonly symptoms: readonly string[];
  readonly faults: readonly string[];
  readonly secrets: readonly string[];
  /** `vm-docker:/etc/hosts`: files of ours on the hosts. */
  readonly files: readonly string[];
}

/** Every name stands in a shell script between spaces: whatever is more than a plain word is not offered. */
function plainWords(words: readonly string[]): readonly string[] {
  return [...new Set(words)].filter((word) => /^[A-Za-z0-9._/@=+:-]+$/.test(word));
}

/** Placeholders of the tables, like `[STEP|GATE|GATE@HOST…]` or `FILE`. Small letters stand for themselves. */
export function offerFor(placeholder: string, names: KnownNames, command: CommandName | null): Offer {
  const parts = placeholder
    .replaceAll(/[[\]…]/g, '')
    .split(/[|\s]+/)
    .filter((part) => part !== '');
  const words: string[] = [];
  for (const part of parts) {
    switch (part) {
      case 'FILE':
      case 'FILE.tar.gz':
        return { kind: 'files' };
      case 'DIR':
        return { kind: 'directories' };
      case 'HOST':
        words.push(...names.hosts);
        break;
      case 'HOST:PATH':
        words.push(...names.files);
        break;
      case 'STEP':
        words.push(...names.steps);
        break;
      case 'PHASE':
        words.push(...names.phases);
        break;
      case 'GATE':
        words.push(...names.gates);
        break;
      case 'GATE@HOST':
        if (command !== 'check') words.push(...names.gates);
        break;
      case 'SYMPTOM':
        words.push(...names.symptoms);
        break;
      case 'STEP/ACTION':
      case 'STEP/ACTION=runbook':
        words.push(...names.actions.map((one) => `${one}${part.slice('STEP/ACTION'.length)}`));
        break;
      case 'ID':
        words.push(...names.faults);
        break;
      case 'NAME':
        if (command === 'secret') words.push(...names.secrets);
        break;
      default:
        if (/^[a-z]+$/.test(part)) words.push(part);
    }
  }
  const plain = plainWords(words);
  return plain.length === 0 ? { kind: 'free' } : { kind: 'words', words: plain };
}

export function completionModel(names: KnownNames, language: Language): CompletionModel {
  const offered = (name: OptionName): OfferedOption => {
    const { kind, value = '', short, about } = optionSpec(name);
    return {
      name,
      short: short ?? null,
      about: about[language],
      value: kind === 'flag' ? null : offerFor(value, names, null),
    };
  };
  return {
    commands: commandNames().map((name) => {
      const spec = commandSpec(name);
      return {
        name,
        about: spec.about[language],
        words: offerFor(spec.words, names, name),
        options: spec.options.map(offered),
      };
    }),
    global: GLOBAL_OPTIONS.map(offered),
  };
}
