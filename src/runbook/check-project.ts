/** Placeholders in the files of the project that are filled in for a lab. Pure. */
import type { Diagnostic, SourcePlace } from '../lab/types.js';
import { isFilledIn, textOf, type StoredFile } from '../project/files.js';
import { mistake } from './mistakes.js';
import type { PlaceholderNames } from './names.js';
import { placesOfText } from './render.js';

/** Every placeholder that no lab has a value for, with its place. */
export function checkProject(files: readonly StoredFile[], names: PlaceholderNames): readonly Diagnostic[] {
  return files
    .filter((file) => isFilledIn(file.path))
    .flatMap((file): readonly Diagnostic[] => {
      let text: string;
      try {
        text = textOf(file);
      } catch {
        const what = {
          id: 'berkas ini bukan teks UTF-8, padahal nilainya harus diisikan',
          en: 'this file is not UTF-8 text, but values are to be filled into it',
        };
        const remedy = {
          id: 'Simpan sebagai teks UTF-8, atau pindahkan keluar dari deploy/.',
          en: 'Save it as UTF-8 text, or move it out of deploy/.',
        };
        return [mistake({ file: file.source, line: 1, column: 1 }, what, remedy)];
      }
      return placesOfText(text).flatMap(
        ({ name, offset }) => names.problem(name, placeAt(file.source, text, offset)) ?? [],
      );
    });
}

function placeAt(file: string, text: string, offset: number): SourcePlace {
  const before = text.slice(0, offset);
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
