/** `[ … ]` and `[[ … ]]`: questions about files, texts and numbers. */
import type { Condition } from './ast.js';
import { arithmeticText, expandToPattern, expandToRegExp, expandToText } from './expansion.js';
import { ExpansionError } from './flow.js';
import { matchesPattern } from './patterns.js';
import type { Shell } from './shell.js';

const UNARY = new Set('abcdefghkprstuwxGLNOSznovR'.split('').map((letter) => `-${letter}`));
const BINARY = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
]);

function fileTest(shell: Shell, operator: string, operand: string): boolean {
  const { process } = shell;
  const { view } = process;
  const descriptor = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(operand);
  if (descriptor !== null) {
    const fd = descriptor[1] ?? { in: '0', out: '1', err: '2' }[descriptor[2] ?? 'in'] ?? '0';
    return process.descriptors.has(Number(fd)) && operator !== '-d' && operator !== '-f';
  }
  const path = process.path(operand);
  const link = operator === '-h' || operator === '-L';
  const inode = operand === '' ? undefined : view.peek(path, !link);
  if (inode === undefined) return false;
  switch (operator) {
    case '-a':
    case '-e':
      return true;
    case '-f':
      return inode.kind === 'file' || inode.kind === 'live';
    case '-d':
      return inode.kind === 'directory' || inode.kind === 'live-directory';
    case '-h':
    case '-L':
      return inode.kind === 'symlink';
    case '-s':
      return inode.kind === 'directory' || view.size(inode) > 0;
    case '-r':
      return view.may(inode, 4);
    case '-w':
      return view.may(inode, 2);
    case '-x':
      return view.may(inode, 1);
    case '-c':
      return inode.kind === 'device' && inode.device !== 'socket';
    case '-S':
      return inode.kind === 'device' && inode.device === 'socket';
    case '-k':
      return (inode.mode & 0o1000) !== 0;
    case '-u':
      return (inode.mode & 0o4000) !== 0;
    case '-g':
      return (inode.mode & 0o2000) !== 0;
    case '-O':
      return inode.uid === process.credentials.uid;
    case '-G':
      return inode.gid === process.credentials.gid;
    case '-p':
    case '-b':
    case '-N':
      return false;
    default:
      return false;
  }
}

/** Whether one question with one operand is true. */
export function unaryTest(shell: Shell, operator: string, operand: string): boolean {
  switch (operator) {
    case '-z':
      return operand === '';
    case '-n':
      return operand !== '';
    case '-v': {
      const subscripted = /^(\w+)\[(.*)\]$/.exec(operand);
      if (subscripted !== null) return shell.keys(subscripted[1] ?? '').includes(subscripted[2] ?? '');
      return shell.parameter(operand) !== undefined;
    }
    case '-o':
      return shell.optionIsSet(operand);
    case '-t':
      return shell.process.tty && Number(operand) <= 2;
    case '-R':
      return shell.vars.find(operand)?.reference != null;
    default:
      return fileTest(shell, operator, operand);
  }
}

function compareFiles(shell: Shell, operator: string, left: string, right: string): boolean {
  const { process } = shell;
  const a = process.view.peek(process.path(left));
  const b = process.view.peek(process.path(right));
  if (operator === '-ef') return a !== undefined && a === b;
  if (operator === '-nt') return a !== undefined && (b === undefined || a.mtimeMs > b.mtimeMs);
  return b !== undefined && (a === undefined || a.mtimeMs < b.mtimeMs);
}
function compareNumbers(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '-eq':
      return a === b;
    case '-ne':
      return a !== b;
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    default:
      return a >= b;
  }
}

/** A mistake in the use of `test`; status 2. */
export class TestError extends Error {
  override readonly name = 'TestError';
}
function integer(text: string): bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`);
  return BigInt(text.trim().replace(/^\+/, ''));
}
function binaryTest(shell: Shell, left: string, operator: string, right: string): boolean {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef':
      return compareFiles(shell, operator, left, right);
    default:
      return compareNumbers(operator, integer(left), integer(right));
  }
}

/** `test` and `[`. @throws TestError */
export function test(shell: Shell, words: readonly string[]): boolean {
  const [a = '', b = '', c = '', d = ''] = words;
  switch (words.length) {
    case 0:
      return false;
    case 1:
      return a !== '';
    case 2:
      if (a === '!') return b === '';
      if (UNARY.has(a)) return unaryTest(shell, a, b);
      throw new TestError(`${a}: unary operator expected`);
    case 3:
      if (BINARY.has(b)) return binaryTest(shell, a, b, c);
      if (b === '-a') return a !== '' && c !== '';
      if (b === '-o') return a !== '' || c !== '';
      if (a === '!') return !test(shell, [b, c]);
      if (a === '(' && c === ')') return b !== '';
      throw new TestError(`${b}: binary operator expected`);
    case 4:
      if (a === '!') return !test(shell, [b, c, d]);
      if (a === '(' && d === ')') return test(shell, [b, c]);
      break;
    default:
      break;
  }
  const or = words.indexOf('-o');
  if (or > 0) return test(shell, words.slice(0, or)) || test(shell, words.slice(or + 1));
  const and = words.indexOf('-a', 1);
  if (and > 0) return test(shell, words.slice(0, and)) && test(shell, words.slice(and + 1));
  if (a === '!') return !test(shell, words.slice(1));
  throw new TestError('too many arguments');
}

/** `[[ … ]]`. @throws ExpansionError */
export async function condition(shell: Shell, node: Condition): Promise<boolean> {
  switch (node.type) {
    case 'CondNot':
      return !(await condition(shell, node.operand));
    case 'CondGroup':
      return condition(shell, node.expression);
    case 'CondAnd':
      return (await condition(shell, node.left)) && condition(shell, node.right);
    case 'CondOr':
      return (await condition(shell, node.left)) || condition(shell, node.right);
    case 'CondWord':
      return (await expandToText(shell, node.word)) !== '';
    case 'CondUnary':
      return unaryTest(shell, node.operator, await expandToText(shell, node.operand));
    case 'CondBinary': {
      const left = await expandToText(shell, node.left);
      const ignoreCase = shell.shopt.has('nocasematch');
      switch (node.operator) {
        case '=':
        case '==':
        case '!=': {
          const matched = matchesPattern(left, await expandToPattern(shell, node.right), ignoreCase);
          return matched === (node.operator !== '!=');
        }
        case '=~':
          return regularExpression(shell, left, await expandToRegExp(shell, node.right), ignoreCase);
        case '<':
        case '>':
        case '-nt':
        case '-ot':
        case '-ef':
          return binaryTest(shell, left, node.operator, await expandToText(shell, node.right));
        default: {
          const a = await arithmeticText(shell, left);
          const b = await arithmeticText(shell, await expandToText(shell, node.right));
          return compareNumbers(node.operator, a, b);
        }
      }
    }
  }
}

const POSIX: Readonly<Record<string, string>> = {
  '[:alpha:]': 'a-zA-Z',
  '[:digit:]': '0-9',
  '[:alnum:]': 'a-zA-Z0-9',
  '[:upper:]': 'A-Z',
  '[:lower:]': 'a-z',
  '[:space:]': '\\s',
  '[:blank:]': ' \\t',
  '[:xdigit:]': '0-9a-fA-F',
  '[:punct:]': '!-\\/:-@\\[-`{-~',
  '[:cntrl:]': '\\x00-\\x1f\\x7f',
  '[:print:]': ' -~',
  '[:graph:]': '!-~',
};
function regularExpression(shell: Shell, text: string, source: string, ignoreCase: boolean): boolean {
  let expression: RegExp;
  try {
    const translated = source.replaceAll(/\[:\w+:\]/g, (name) => POSIX[name] ?? name);
    expression = new RegExp(translated, ignoreCase ? 'i' : '');
  } catch {
    throw new ExpansionError(`invalid regular expression \`${source}'`, false);
  }
  const match = expression.exec(text);
  shell.vars.setList('BASH_REMATCH', match === null ? [] : match.map((part) => part ?? ''));
  return match !== null;
}
