/** Programs that need no host around them: what a shell finds in any small Linux, in a container too. */
import type { Program } from '../kernel/kernel.js';
import { bash, builtinProgram } from '../shell/program.js';
import { filePrograms } from './files.js';
import { find } from './find.js';
import { processPrograms } from './process.js';
import { showPrograms } from './show.js';
import { sort } from './sort.js';
import { TEXT_TOOLS, textTool } from './text.js';

const SHELL_WORDS = ['echo', 'printf', 'test', '[', 'true', 'false', 'kill', 'pwd'];

export function shellPrograms(): ReadonlyMap<string, Program> {
  return new Map<string, Program>([
    ...SHELL_WORDS.map((name) => [name, builtinProgram(name)] as const),
    ...TEXT_TOOLS.map((name) => [name, textTool(name)] as const),
    ...Object.entries(filePrograms),
    ...Object.entries(showPrograms),
    ...Object.entries(processPrograms),
    ['find', find] as const,
    ['sort', sort] as const,
    ['bash', bash] as const,
    ['sh', bash] as const,
  ]);
}
