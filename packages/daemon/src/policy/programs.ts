import { unknownOfGit } from "./git.ts";
import { type OptionTable, optionTable, readArguments } from "./program-options.ts";
import { isPlainSed } from "./sed.ts";
import type { Word } from "./shell-word.ts";
import { wgetOptions } from "./transfer-options.ts";
import { wordSet } from "./word-set.ts";

/** Programs that run no others, whatever their arguments are. */
const plain = wordSet(
  `: [ basename base64 bg cat cd chmod chown clear cmp comm cp cut date dd df diff dirname du echo egrep
   exit expr false fg fgrep file getconf grep gunzip gzip head hexdump hostname id jobs join jq kill ln
   ls md5sum mkdir mktemp mv nl nproc od paste pgrep pkill printenv printf ps pwd readlink realpath
   return rm rmdir seq sha1sum sha256sum sha512sum shift shred sleep stat strings sum sync tac tail tee
   test touch tr tree true truncate tsort tty type ulimit umask uname unexpand uniq unlink uptime wait
   wc which who whoami yes zcat curl ping dig nslookup host base32 cksum column expand factor fmt
   fold free locale lsblk lscpu lsof nproc pidof pr rev sha224sum sha384sum ss tput vmstat
   xxd`,
);

/** Of these, a question for the version is answered and nothing else done. */
const versioned = wordSet(
  `bun bundle cargo cmake deno docker eslint g++ gcc go gradle java javac jest make mvn node npm npx
   php pip pip3 pnpm poetry prettier pytest python python3 ruby rustc tsc uv vite vitest yarn`,
);

/** Programs that can run others, with the options that are known not to. */
const options: Readonly<Record<string, OptionTable>> = {
  sort: optionTable(
    `-b --ignore-leading-blanks -d --dictionary-order -f --ignore-case -g --general-numeric-sort -i
     --ignore-nonprinting -M --month-sort -h --human-numeric-sort -n --numeric-sort -R --random-sort
     -r --reverse -V --version-sort -c --check? -C -m --merge -o= --output= -s --stable -S=
     --buffer-size= -t= --field-separator= -T= --temporary-directory= -u --unique -z
     --zero-terminated -k= --key= --parallel= --debug`,
  ),
  rg: optionTable(
    `-e= --regexp= -s --case-sensitive -i --ignore-case -S --smart-case -v --invert-match -w
     --word-regexp -x --line-regexp -F --fixed-strings -P --pcre2 -U --multiline --multiline-dotall
     -g= --glob= --iglob= -t= --type= -T= --type-not= --type-list -. --hidden --no-ignore
     --no-ignore-vcs --no-ignore-parent -u --unrestricted -L --follow -d= --max-depth= --maxdepth=
     --max-filesize= -A= --after-context= -B= --before-context= -C= --context= --color= --colors=
     --column --heading -n --line-number -N -H --with-filename -I --no-filename -o --only-matching
     -r= --replace= -p --pretty --trim -l --files-with-matches --files-without-match --files -c
     --count --count-matches --include-zero -m= --max-count= -M= --max-columns= -q --quiet --stats
     --json --vimgrep -0 --null --sort= --sortr= -j= --threads= -a --text --binary --crlf
     --messages --passthru --debug -b --byte-offset --no-config --one-file-system`,
  ),
  wget: wgetOptions,
};

/** Tests and actions of find, but those that run something or write files. */
const findWords = wordSet(
  `( ) ! , -not -a -and -o -or -H -L -P -amin -anewer -atime -cmin -cnewer -ctime -daystart -delete
   -depth -empty -executable -false -follow -fstype -gid -group -ilname -iname -inum -ipath -iregex
   -iwholename -links -lname -ls -maxdepth -mindepth -mmin -mount -mtime -name -newer -nogroup
   -noleaf -nouser -path -perm -print -print0 -printf -prune -quit -readable -regex -regextype
   -samefile -size -true -type -uid -used -user -warn -nowarn -wholename -writable -xdev`,
);

/**
 * The commands of its `-exec` are no words of its own any more. What begins as a number does can
 * only be a value.
 */
function isPlainFind(args: readonly Word[]): boolean {
  return args.every(
    (arg) => arg !== null && (!arg.startsWith("-") || findWords.has(arg) || /^-\d/.test(arg)),
  );
}

/** Why a program may do more than its words say; undefined where they say all. */
export function unknownOf(words: readonly Word[]): string | undefined {
  const [name, ...args] = words;
  if (name === undefined) return undefined;
  if (name === null) return "which program it is, is known only when it runs";
  if (isFile(name)) return `what the file ${name} does cannot be told`;
  const program = programOf(name);
  if (plain.has(program)) return undefined;
  if (program === "git") return unknownOfGit(args);
  if (versioned.has(program) && isVersionAsked(program, args)) return undefined;
  const isPlain = isPlainWith(program, args);
  if (isPlain) return undefined;
  return isPlain === undefined
    ? `${program} can run anything`
    : `with these arguments ${program} can run anything`;
}

function isVersionAsked(program: string, [arg, ...others]: readonly Word[]): boolean {
  if (others.length > 0) return false;
  return (
    arg === "--version" ||
    (program === "node" && arg === "-v") ||
    (program === "go" && arg === "version")
  );
}

/** Whether these arguments make a program run no other; undefined where any of them may. */
function isPlainWith(program: string, args: readonly Word[]): boolean | undefined {
  if (program === "sed") return isPlainSed(args);
  if (program === "find") return isPlainFind(args);
  const table = Object.hasOwn(options, program) ? options[program] : undefined;
  return table && readArguments(args, table) !== undefined;
}

/** Whether a program is named by its file, which need not be what its name says. */
export function isFile(name: string): boolean {
  return name.includes("/") && !/^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/.test(name);
}

/** A program by its own name, wherever it stands. */
export function programOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
