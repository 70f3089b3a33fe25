import { type OptionTable, optionTable, readArguments } from "./program-options.ts";
import type { Word } from "./shell-word.ts";
import { wordSet } from "./word-set.ts";

/** Commands of which no option makes git run more than its configuration names. */
const settled = wordSet(
  `add am apply blame branch cat-file check-attr check-ignore checkout cherry-pick clean commit
   commit-tree count-objects describe diff diff-tree for-each-ref format-patch fsck gc hash-object
   help log ls-files ls-tree merge merge-base mv name-rev notes reflog reset restore rev-list
   rev-parse revert rm shortlog show show-ref sparse-checkout stash status switch symbolic-ref tag
   update-index update-ref var version worktree write-tree`,
);

/** What asks for programs that a configuration names, for files and for text. */
const asksForOthers = ["--ext-diff", "--textconv"];

const transport = `-v --verbose -q --quiet --progress -4 --ipv4 -6 --ipv6 -o= --server-option= -n
  --depth= --deepen= --unshallow --shallow-since= --shallow-exclude= --filter= -j= --jobs= -t --tags
  --recurse-submodules? --dry-run`;
const merging = `-s= --strategy= -X= --strategy-option= -S? --gpg-sign? --autostash --signoff --stat
  --verify --rerere-autoupdate`;

/** Commands that can run others, with the options that are known not to. */
const options: Readonly<Record<string, OptionTable>> = {
  archive: optionTable(
    "--format= --prefix= --add-file= -o= --output= --worktree-attributes -v --verbose -l --list -#",
  ),
  clone: optionTable(
    transport,
    `--bare --mirror -l --local --hardlinks -s --shared --checkout -b= --branch= --origin=
     --single-branch --sparse --reference= --dissociate --recursive?`,
  ),
  fetch: optionTable(
    transport,
    `--all -a --append --atomic -f --force -m --multiple -p --prune -P --prune-tags -k --keep
     -u --update-head-ok --set-upstream --refmap= --refetch --write-fetch-head`,
  ),
  grep: optionTable(
    `-v --invert-match -i --ignore-case -w --word-regexp -a --text -I -r --recursive --max-depth=
     -E --extended-regexp -G --basic-regexp -F --fixed-strings -P --perl-regexp -n --line-number
     --column -h -H --full-name -l --files-with-matches --name-only -L --files-without-match
     -z --null -o --only-matching -c --count --color? --break --heading -C= --context=
     -B= --before-context= -A= --after-context= --threads= -# -p --show-function -W
     --function-context -f= -e= --and --or --not -q --quiet --all-match -m= --max-count= --cached
     --no-index --untracked --exclude-standard --recurse-submodules`,
  ),
  init: optionTable("-q --quiet --bare --shared? -b= --initial-branch= --object-format="),
  "ls-remote": optionTable(
    "-q --quiet -t --tags -h --heads --branches --refs --get-url --sort= --exit-code --symref",
  ),
  pull: optionTable(
    transport,
    merging,
    `-r --rebase? --log? --squash --commit --edit --cleanup= --ff --ff-only --all -a --append
     --allow-unrelated-histories -f --force -p --prune -k --keep --set-upstream`,
  ),
  push: optionTable(
    `-v --verbose -q --quiet --all --branches --mirror -d --delete --tags -n --dry-run
     --porcelain -f --force --force-with-lease? --force-if-includes --recurse-submodules= --thin
     -u --set-upstream --progress --prune --verify --follow-tags --signed? --atomic -o=
     --push-option= -4 --ipv4 -6 --ipv6`,
  ),
  rebase: optionTable(
    merging,
    `--onto= --keep-base -q --quiet -v --verbose -n --committer-date-is-author-date
     --reset-author-date -C= --ignore-whitespace --whitespace= -f --force-rebase --ff --continue
     --skip --abort --quit --edit-todo --show-current-patch --apply -m --merge -i --interactive
     --empty= --autosquash --update-refs -r --rebase-merges? --fork-point --root
     --reapply-cherry-picks`,
  ),
};

/** Options of git itself that change nothing but where it is, and what it prints. */
const ownOptions = optionTable(
  `-C= -c= -P --no-pager --no-optional-locks --no-replace-objects --literal-pathspecs
   --glob-pathspecs --noglob-pathspecs --icase-pathspecs -v --version -h --help --html-path
   --man-path --info-path`,
);

/** Settings that name no program, no file and no other repository. */
const plainSetting =
  /^(?:user\.(?:name|email)|init\.defaultbranch|color\.[\w.-]+|advice\.\w+|core\.(?:quotepath|autocrlf|eol|filemode|ignorecase|abbrev)|(?:commit|tag)\.gpgsign|pull\.(?:rebase|ff)|push\.default|gc\.auto|diff\.(?:renames|algorithm|context|noprefix|mnemonicprefix)|log\.(?:date|decorate))$/i;

const configOptions = optionTable(
  `--global --system --local --worktree -l --list --get --get-all --get-regexp --get-urlmatch
   --show-origin --show-scope -z --null --name-only --includes --type= --bool --int --path
   --default= -f= --file=`,
);
const readsConfig = new Set(["--get", "--get-all", "--get-regexp", "--get-urlmatch"]);

const unreadable = "with these arguments git can run anything";
const writes = "what is written into the configuration of git can run anything";

/** Why git may do more than its words say; undefined where they say all. */
export function unknownOfGit(args: readonly Word[]): string | undefined {
  const before = readArguments(args, ownOptions, { untilPlain: true });
  if (before === undefined) return unreadable;
  const settings = before.options.filter(({ name }) => name === "-c");
  if (!settings.every(({ value }) => isPlainSetting(value))) return unreadable;
  const [command, ...rest] = before.plain;
  if (command === undefined) return undefined;
  if (command === null) return "which command of git it is, is known only when it runs";
  if (command === "config") return unknownOfConfig(rest);
  if (command === "remote") return unknownOfRemote(rest);
  if (settled.has(command)) return rest.some(asksForAnother) ? unreadable : undefined;
  const table = Object.hasOwn(options, command) ? options[command] : undefined;
  if (table === undefined) return `git ${command} may be an alias, which can run anything`;
  const read = readArguments(rest, table);
  if (read === undefined || read.plain.some(isHelped)) return unreadable;
  const isHere = command === "push" && isLocal(read.plain[0]);
  return isHere ? "the hooks of a repository on this machine can run anything" : undefined;
}

const remote = /^(?:origin|upstream|(?:https?|ssh|git):\/\/.*|(?:[\w.-]+@)?[\w.-]+:(?!\/\/|:).*)$/;

/** `ext::command` is a command, and any other name before the colons that of a program. */
const isHelped = (repository: Word): boolean => /^[^/]*::/.test(repository ?? "");

/** A name can be that of a folder, too. */
function isLocal(repository: Word | undefined): boolean {
  return repository !== undefined && !remote.test(repository ?? "");
}

function isPlainSetting(setting: Word | undefined): boolean {
  const [, key] = /^([^=]+)=/.exec(setting ?? "") ?? [];
  return key !== undefined && plainSetting.test(key);
}

/** Git takes the beginning of a long option for all of it. */
function asksForAnother(arg: Word): boolean {
  const [name = ""] = arg?.split("=") ?? [];
  return (
    name.length > 2 && name !== "--text" && asksForOthers.some((option) => option.startsWith(name))
  );
}

/** Behind the name, each word may be where the remote leads from now on. */
function unknownOfRemote([command, ...rest]: readonly Word[]): string | undefined {
  if (command !== "add" && command !== "set-url") return undefined;
  const [, ...places] = rest.filter((word) => word === null || !word.startsWith("-"));
  return places.some(isLocal) ? unreadable : undefined;
}

/** Reading a configuration runs nothing; what is written into it can. */
function unknownOfConfig(args: readonly Word[]): string | undefined {
  const read = readArguments(args, configOptions);
  if (read === undefined) return writes;
  const [first, ...others] = read.plain;
  const given = new Set(read.options.map(({ name }) => name));
  const isList = first === undefined || first === "list" || first === "get";
  if (isList || !readsConfig.isDisjointFrom(given) || others.length === 0) return undefined;
  const [key, ...values] = first === "set" ? others : read.plain;
  const isPlain = typeof key === "string" && plainSetting.test(key) && values.length === 1;
  return isPlain && !given.has("-f") && !given.has("--file") ? undefined : writes;
}

/**
 * The command in the arguments of git; null where it is not known, undefined where there is none.
 */
export function gitCommandOf(args: readonly Word[]): Word | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === null || arg === undefined) return arg;
    if (gitValues.has(arg)) at += 1;
    else if (!arg.startsWith("-")) return arg;
  }
  return undefined;
}

const gitValues = wordSet("-C -c --git-dir --work-tree --namespace --config-env --attr-source");
