/** Completion scripts for bash, zsh and fish. Every name in them is there already: nothing is started when Tab is pressed. */
import type { CompletionModel, OfferedCommand, OfferedOption, Offer } from './completion-model.js';

const PROGRAM = 'threebody-tui';

function flags({ name, short }: OfferedOption): string {
  return short === null ? `--${name}` : `--${name} -${short}`;
}

// ---------------------------------------------------------------- bash

function bashOffer(offer: Offer): string {
  switch (offer.kind) {
    case 'words': {
      const words = offer.words.join(' ');
      return offer.words.some((word) => word.includes(':'))
        ? `COMPREPLY=($(compgen -W '${words}' -- "$whole")); COMPREPLY=("\${COMPREPLY[@]#"$before"}")`
        : `COMPREPLY=($(compgen -W '${words}' -- "$cur"))`;
    }
    case 'files':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))';
    case 'directories':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))';
    case 'free':
      return 'COMPREPLY=()';
  }
}

/** For bash 3.2 and newer. */
export function bashCompletion({ commands, global }: CompletionModel): string {
  const everyOption = new Map(
    [...global, ...commands.flatMap((one) => one.options)].map((one) => [one.name, one]),
  );
  const valued = [...everyOption.values()].flatMap((one) =>
    one.value === null ? [] : [{ ...one, value: one.value }],
  );
  const pattern = valued.map((one) => `--${one.name}`).join('|');
  const globalFlags = global.map(flags).join(' ');
  return `# bash completion for ${PROGRAM}: source <(${PROGRAM} completion bash)
_threebody_tui() {
  local cur prev word whole before='' command='' i skip=0
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  # "=" is a word of its own to bash: --lab=x comes as three.
  if [ "$cur" = "=" ]; then cur=''; elif [ "$prev" = "=" ] && [ "$COMP_CWORD" -ge 2 ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  # So is ":". What stands before it is matched, and left where it is.
  whole=\${COMP_LINE:0:COMP_POINT}
  whole=\${whole##*[[:space:]]}
  if [[ $COMP_WORDBREAKS == *:* && $whole == *:* ]]; then before="\${whole%"\${whole##*:}"}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [ "$skip" = 1 ]; then
      if [ "$word" != "=" ]; then skip=0; fi
      continue
    fi
    case "$word" in
      ${pattern}) skip=1 ;;
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  case "$prev" in
${valued.map((one) => `    --${one.name}) ${bashOffer(one.value)}; return ;;`).join('\n')}
  esac
  if [ -z "$command" ]; then
    COMPREPLY=($(compgen -W '${commands.map((one) => one.name).join(' ')} ${globalFlags}' -- "$cur"))
    return
  fi
  case "$command" in
${commands.map((one) => bashCommand(one, globalFlags)).join('\n')}
  esac
}
complete -F _threebody_tui ${PROGRAM}
`;
}

function bashCommand({ name, words, options }: OfferedCommand, globalFlags: string): string {
  const own = options.map(flags).join(' ');
  return `    ${name})
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '${`${own} ${globalFlags}`.trim()}' -- "$cur")); else ${bashOffer(words)}; fi ;;`;
}

// ---------------------------------------------------------------- zsh

/** Inside single quotes, in a place where zsh gives brackets and colons a meaning. */
function zshText(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, (sign) => `\\${sign}`).replaceAll("'", `'\\''`);
}
function zshOffer(offer: Offer): string {
  switch (offer.kind) {
    case 'words':
      return `(${offer.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
    case 'files':
      return '_files';
    case 'directories':
      return '_files -/';
    case 'free':
      return ' ';
  }
}
function zshOption({ name, short, about, value }: OfferedOption): readonly string[] {
  const said = `[${zshText(about)}]`;
  const offer = value === null ? '' : `:${name}:${zshOffer(value)}`;
  // "*": may be given again; "=": the value may be joined.
  const long = `'*--${name}${value === null ? '' : '='}${said}${offer}'`;
  return short === null ? [long] : [long, `'*-${short}${said}${offer}'`];
}

export function zshCompletion({ commands, global }: CompletionModel): string {
  const common = global.flatMap(zshOption);
  const cases = commands.map(({ name, words, options }) => {
    const specs = [...options.flatMap(zshOption), `'*: :${zshOffer(words)}'`];
    return `      ${name})\n        _arguments -S $common \\\n          ${specs.join(' \\\n          ')} ;;`;
  });
  return `#compdef ${PROGRAM}
# zsh completion for ${PROGRAM}: keep it as _${PROGRAM} in a directory of $fpath.
_threebody_tui() {
  local context state state_descr line curcontext="$curcontext"
  typeset -A opt_args
  local -a common commands
  common=(
    ${common.join('\n    ')}
  )
  commands=(
    ${commands.map((one) => `'${one.name}:${zshText(one.about)}'`).join('\n    ')}
  )
  _arguments -C -S $common '1: :->command' '*:: :->words'
  case $state in
    command) _describe -t commands command commands ;;
    words)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_threebody_tui" ] || [ "$funcstack[1]" = "_${PROGRAM}" ]; then _threebody_tui "$@"; else compdef _threebody_tui ${PROGRAM}; fi
`;
}

// ---------------------------------------------------------------- fish

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
function fishOption(condition: string, { name, short, about, value }: OfferedOption): string {
  const brief = short === null ? '' : ` -s ${short}`;
  return `complete -c ${PROGRAM}${condition} -l ${name}${brief}${fishValue(value)} -d ${fishText(about)}`;
}
function fishValue(value: Offer | null): string {
  if (value === null) return '';
  switch (value.kind) {
    case 'words':
      return ` -x -a ${fishText(value.words.join(' '))}`;
    case 'files':
      return ' -r -F';
    case 'directories':
      return ` -x -a '(__fish_complete_directories)'`;
    case 'free':
      return ' -x';
  }
}

export function fishCompletion({ commands, global }: CompletionModel): string {
  const words = commands.flatMap(({ name, words: offer }) => {
    const condition = ` -n '__fish_seen_subcommand_from ${name}'`;
    switch (offer.kind) {
      case 'words':
        return [`complete -c ${PROGRAM}${condition} -a ${fishText(offer.words.join(' '))}`];
      case 'files':
        return [`complete -c ${PROGRAM}${condition} -F`];
      case 'directories':
        return [`complete -c ${PROGRAM}${condition} -a '(__fish_complete_directories)'`];
      case 'free':
        return [];
    }
  });
  return [
    `# fish completion for ${PROGRAM}: keep it as ~/.config/fish/completions/${PROGRAM}.fish`,
    `complete -c ${PROGRAM} -f`,
    ...commands.map(
      (one) => `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${one.name} -d ${fishText(one.about)}`,
    ),
    ...global.map((one) => fishOption('', one)),
    ...commands.flatMap((command) =>
      command.options.map((one) => fishOption(` -n '__fish_seen_subcommand_from ${command.name}'`, one)),
    ),
    ...words,
    '',
  ].join('\n');
}
