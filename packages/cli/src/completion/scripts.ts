import type { Place } from "./tree.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The script that a shell reads once to complete `heddle`; it runs nothing of ours afterwards. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  switch (shell) {
    case "bash":
      return bash(places);
    case "zsh":
      return zsh(places);
    case "fish":
      return fish(places);
  }
}

/** Follows the words as far as they are commands; the rest are options and their values. */
const walk = (places: readonly Place[]) => {
  const known = places.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  return `case "\${at:+$at }$word" in ${known.join("|")}) at="\${at:+$at }$word" ;; esac`;
};

function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, words }) =>
      `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(" "))} ;;`,
  );
  return `# heddle completion bash
_heddle() {
  local at= word words= current=\${COMP_WORDS[COMP_CWORD]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    ${walk(places)}
  done
  case $at in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _heddle heddle
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const items = words.map(({ word, summary }) => quoted(`${word}:${summary}`));
    return `    ${quoted(path)}) items=(${items.join(" ")}) ;;`;
  });
  return `#compdef heddle
# heddle completion zsh
_heddle() {
  local at= word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    ${walk(places)}
  done
  case $at in
${cases.join("\n")}
  esac
  _describe heddle items || _files
}
# Loaded by itself, the file is the function's body the first time.
if [ "$funcstack[1]" = _heddle ]; then _heddle "$@"; else compdef _heddle heddle; fi
`;
}

function fish(places: readonly Place[]): string {
  const known = places.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  const lines = places.flatMap(({ path, words }) =>
    words.map(({ word, summary }) => {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c heddle -n ${quoted(`__heddle_at "${path}"`)} ${what} -d ${quoted(summary)}`;
    }),
  );
  return `# heddle completion fish
function __heddle_at
  set -l at
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$at $word")
    contains -- $next ${known.join(" ")}; and set at $next
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}

/** In single quotes nothing means anything but the quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("\n", " ").replaceAll("'", `'\\''`)}'`;
}
