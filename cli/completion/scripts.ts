import { command } from '../command.ts';

// Each asks `kms candidates` with the words so far: lines of a word, a tab, and what it means.

const bash = `_kms() {
  local line words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) COMPREPLY+=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(kms candidates -- "\${words[@]}" 2>/dev/null)
}
complete -o filenames -F _kms kms
`;

const zsh = `#compdef kms
_kms() {
  local line tab=$'\\t'
  local -a found
  for line in "\${(@f)$(kms candidates -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      ':files') _files ;;
      ?*) found+=("\${line/$tab/:}") ;;
    esac
  done
  (( $#found )) && _describe kms found
}
compdef _kms kms
`;

const fish = `function __kms_candidates
    set -l words (commandline -opc) (commandline -ct)
    for line in (kms candidates -- $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c kms -f -a '(__kms_candidates)'
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

export const completion = command({
  summary: 'have bash, zsh or fish complete commands and options',
  about: 'Prints a script for the shell; it needs `kms` on the PATH, as `npm link` puts it there.',
  arguments: [{ name: 'SHELL', choices: Object.keys(scripts), about: 'bash, zsh or fish' }],
  options: {},
  json: 'one object: shell, script',
  examples: [
    ['eval "$(kms completion bash)"', 'in ~/.bashrc'],
    ['eval "$(kms completion zsh)"', 'in ~/.zshrc, after compinit'],
    ['kms completion fish > ~/.config/fish/completions/kms.fish', 'once'],
  ],
  async run({ values, args: [shell = ''] }) {
    const script = scripts[shell] ?? '';
    process.stdout.write(values.json ? `${JSON.stringify({ shell, script })}\n` : script);
    return 0;
  },
});
