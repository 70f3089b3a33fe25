import {
  CommandClass,
  CommandPrefix,
  PolicyEffect,
  type PolicyException,
  PolicyHost,
  PolicyRule,
  type PolicyTarget,
  type PolicyTime,
  Weekday,
} from "@heddle/protocol";
import fc from "fast-check";
import { anchored } from "../anchors.ts";
import { oddCommand } from "./commands.ts";
import { canExcept } from "./exceptions.ts";
import { oddPath, rooted } from "./paths.ts";

const maybe = <Key extends string, T>(key: Key, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((made) => (made === undefined ? {} : { [key]: made }));

const merged = <T>(...parts: fc.Arbitrary<object>[]): fc.Arbitrary<T> =>
  fc.tuple(...parts).map((made) => Object.assign({}, ...made) as T);

const isPath = (path: string) => {
  const rule = { effect: "ask", target: { type: "change", paths: [path] } };
  const said = path.startsWith("/") ? `.${path}` : path;
  return PolicyRule.safeParse(rule).success && oddPath(said) === undefined && rooted(said) === path;
};
const path = fc
  .oneof(
    fc.constantFrom(
      "src/",
      "*.sql",
      "docs/**",
      ".env",
      "a b/c.txt",
      "Makefile",
      "files",
      "a.",
      "1.000",
      "/src/",
      "/*.sql",
      "/etc/",
      "**/docs/",
      "Node.js",
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
  )
  .filter(isPath);
const paths = fc.array(path, { minLength: 1, maxLength: 4 });

const word = fc.oneof(
  fc.constantFrom("git", "push", "--force", "-rf", "npm", "and", "or", "except", "a.", ","),
  fc.string({ minLength: 1, maxLength: 8 }),
);
const whole = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .filter((words) => CommandPrefix.safeParse(words).success);
const prefix = whole.filter((words) => oddCommand(words) === undefined);
const wholes = fc.array(whole, { minLength: 1, maxLength: 3 });
const argv = fc.array(prefix, { minLength: 1, maxLength: 3 });
const host = fc
  .constantFrom("example.org", "*.example.com", "localhost", "a", "registry.npmjs.org:443")
  .filter((one) => PolicyHost.safeParse(one).success);

const place = fc.oneof(
  fc.constant({}),
  paths.map((named) => ({ paths: named })),
  paths.map((named) => ({ paths: named, outside: true as const })),
);
const type = <T extends string>(name: T) => fc.constant({ type: name });
const change = [type("change"), maybe("kind", fc.constantFrom("add", "delete")), place] as const;
const count = fc.integer({ min: 0, max: 1_000_000 });
const over = fc
  .record({
    count,
    of: fc.constantFrom("lines" as const, "files" as const),
    per: fc.constantFrom("file" as const, "change" as const, "sinceLastApproval" as const),
  })
  .filter(({ of, per }) => of === "lines" || per !== "file");
const command = fc.oneof(
  type("command"),
  argv.map((named) => ({ type: "command" as const, argv: named })),
  wholes.map((named) => ({ type: "command" as const, argv: named, exact: true as const })),
  fc
    .constantFrom(...CommandClass.options)
    .map((kind) => ({ type: "command" as const, class: kind })),
);
const connection = merged(
  type("connection"),
  fc.record({ hosts: fc.array(host, { minLength: 1, maxLength: 3 }) }),
  maybe("others", fc.constant(true)),
);
const outsideWorktree = type("outsideWorktree");

const tool = merged(
  type("tool"),
  maybe(
    "names",
    fc.array(fc.constantFrom("github", "my-files/read_file", "and"), {
      minLength: 1,
      maxLength: 3,
    }),
  ),
  maybe("remote", fc.constant(true)),
);

const exception = fc.oneof(
  merged(...change),
  command,
  connection,
  outsideWorktree,
  tool,
) as fc.Arbitrary<PolicyException>;

const plainTarget = fc.oneof(exception, type("anything")) as fc.Arbitrary<PolicyTarget>;
const countingTarget = fc.oneof(
  merged(...change, fc.record({ over })),
  fc.record({
    type: fc.constant("spending" as const),
    overUsd: fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100),
    per: fc.constantFrom("turn", "thread", "day", "sinceLastApproval"),
  }),
) as fc.Arbitrary<PolicyTarget>;

const time = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 }))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => ({ from: clock(from), to: clock(to) }));
const clock = (minutes: number) =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
const when = merged<PolicyTime>(
  maybe("hours", time),
  maybe("days", fc.subarray(Weekday.options, { minLength: 1 })),
  maybe("attended", fc.boolean()),
).filter((made) => Object.keys(made).length > 0);

const effect = fc.record({ effect: fc.constantFrom(...PolicyEffect.options) });
const strict = fc.record({ effect: fc.constantFrom("ask" as const, "deny" as const) });

/** Any rule that a sentence can mean: what is allowed has no limits and no exceptions. */
export const rules: fc.Arbitrary<PolicyRule> = fc
  .oneof(
    merged<PolicyRule>(effect, fc.record({ target: plainTarget }), maybe("when", when)),
    merged<PolicyRule>(
      strict,
      fc.record({ target: plainTarget }),
      maybe("except", fc.array(exception, { minLength: 1, maxLength: 3 })),
      maybe("when", when),
    ).filter(({ target, except = [] }) => except.every((one) => canExcept(target, one))),
    merged<PolicyRule>(strict, fc.record({ target: countingTarget }), maybe("when", when)),
  )
  .map(anchored);
