import type { CheckCommand } from "@heddle/protocol";
import type { Subject } from "./subject.ts";
import { byText } from "./top.ts";

const textAtMost = 512 * 1024;

interface Convention {
  readonly file: string;
  /** What has to stand in the file; its line is the place. */
  readonly says?: RegExp;
  readonly kind: CheckCommand["kind"];
  readonly command: string;
}

/** What a tool's own file in the root says about how it is run. */
const conventions: readonly Convention[] = [
  { file: "tox.ini", kind: "test", command: "tox" },
  { file: "noxfile.py", kind: "test", command: "nox" },
  { file: "pytest.ini", kind: "test", command: "pytest" },
  { file: "pyproject.toml", says: /^\[tool\.tox\b/, kind: "test", command: "tox" },
  { file: "pyproject.toml", says: /^\[tool\.pytest\b/, kind: "test", command: "pytest" },
  { file: "pyproject.toml", says: /^\[tool\.mypy\]/, kind: "types", command: "mypy" },
  { file: "pyproject.toml", says: /^\[tool\.pyright\]/, kind: "types", command: "pyright" },
  { file: "pyproject.toml", says: /^\[tool\.ruff\b/, kind: "lint", command: "ruff check" },
  { file: "pyproject.toml", says: /^\[tool\.black\]/, kind: "format", command: "black --check ." },
  { file: "setup.cfg", says: /^\[tool:pytest\]/, kind: "test", command: "pytest" },
  { file: "setup.cfg", says: /^\[flake8\]/, kind: "lint", command: "flake8" },
  { file: "setup.cfg", says: /^\[mypy\]/, kind: "types", command: "mypy" },
  { file: ".flake8", kind: "lint", command: "flake8" },
  { file: "mypy.ini", kind: "types", command: "mypy" },
  { file: ".pre-commit-config.yaml", kind: "lint", command: "pre-commit run --all-files" },
  { file: "go.mod", says: /^module\s/, kind: "test", command: "go test ./..." },
  { file: "go.mod", says: /^module\s/, kind: "lint", command: "go vet ./..." },
  { file: ".golangci.yml", kind: "lint", command: "golangci-lint run" },
  { file: ".golangci.yaml", kind: "lint", command: "golangci-lint run" },
  { file: "Cargo.toml", says: /^\[(?:package|workspace)\]/, kind: "test", command: "cargo test" },
  { file: "pom.xml", says: /<project\b/, kind: "test", command: "mvn verify" },
  { file: "gradlew", kind: "test", command: "./gradlew check" },
  {
    file: "CMakeLists.txt",
    says: /^\s*(?:enable_testing|include\s*\(\s*CTest)\b/i,
    kind: "test",
    command: "ctest",
  },
  { file: "meson.build", says: /^\s*test\s*\(/, kind: "test", command: "meson test" },
  {
    file: "Makefile.am",
    says: /^(?:TESTS|check_PROGRAMS|check-local)\b/,
    kind: "test",
    command: "make check",
  },
  { file: "phpunit.xml", kind: "test", command: "phpunit" },
  { file: "phpunit.xml.dist", kind: "test", command: "phpunit" },
  { file: ".rspec", kind: "test", command: "rspec" },
  { file: ".rubocop.yml", kind: "lint", command: "rubocop" },
  { file: "Package.swift", kind: "test", command: "swift test" },
];

export function conventionChecks({ index }: Subject): CheckCommand[] {
  const found = conventions.flatMap(({ file, says, kind, command }): CheckCommand[] => {
    if (index.numberOf(file) === undefined) return [];
    const lines = says ? (index.readText(file, textAtMost) ?? "").split("\n") : [""];
    const at = says ? lines.findIndex((line) => says.test(line)) : 0;
    if (at < 0) return [];
    return [{ kind, command, place: { path: file, line: at + 1 }, source: "convention" }];
  });
  // The same tool may be set up in several files; the first of them tells.
  return found
    .filter(({ command }, at) => found.findIndex((other) => other.command === command) === at)
    .sort((a, b) => byText(a.command, b.command));
}
