import { expect, test } from "vitest";
import { readManifests } from "./index.ts";

/** `name range locked kind line` of each dependency of the first manifest. */
function dependenciesOf(files: Record<string, string>): string[] {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return (readManifests(texts)[0]?.dependencies ?? []).map(
    ({ name, range, locked = "-", kind, line }) => `${name} ${range} ${locked} ${kind} ${line}`,
  );
}

test("package.json: dependencies, scripts, entries and members with their lines", () => {
  const text = `{
  "name": "app", "version": "1.2.3",
  "bin": {"app": "./bin/app.js"},
  "exports": {".": {"import": "./src/index.js", "require": "./src/index.cjs"}, "./x": "./x.js"},
  "scripts": {
    "test": "vitest"
  },
  "workspaces": ["packages/*"],
  "dependencies": {
    "zod": "^4"
  }
}`;
  expect(readManifests([{ path: "web/package.json", text }])).toEqual([
    {
      path: "web/package.json",
      dir: "web",
      ecosystem: "npm",
      name: "app",
      version: "1.2.3",
      members: ["packages/*"],
      scripts: [{ name: "test", command: "vitest", line: 6 }],
      entries: [
        { kind: "bin", name: "app", target: "./bin/app.js", line: 3 },
        { kind: "exports", name: ".", target: "./src/index.js", line: 4 },
        { kind: "exports", name: ".", target: "./src/index.cjs", line: 4 },
        { kind: "exports", name: "./x", target: "./x.js", line: 4 },
      ],
      dependencies: [
        { name: "zod", range: "^4", kind: "runtime", line: 10, path: "web/package.json" },
      ],
    },
  ]);
});

test("npm's, pnpm's and yarn's lock files tell the versions, for members of a workspace too", () => {
  const manifest = '{"dependencies":\n{"zod": "^4"}}';
  const path = "packages/a/package.json";
  expect(
    dependenciesOf({
      [path]: manifest,
      "package-lock.json": '{"packages": {"node_modules/zod": {"version": "4.1.0"}}}',
    }),
  ).toEqual(["zod ^4 4.1.0 runtime 2"]);
  expect(
    dependenciesOf({
      [path]: manifest,
      "pnpm-lock.yaml":
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  packages/a:\n    dependencies:\n      zod:\n        specifier: ^4\n        version: 4.2.0(x@1)\n\npackages:\n\n  zod@4.2.0: {}\n",
    }),
  ).toEqual(["zod ^4 4.2.0 runtime 2"]);
  expect(
    dependenciesOf({
      [path]: manifest,
      "yarn.lock": '# yarn\n\n"zod@^3", zod@^4:\n  version "4.3.0"\n  resolved "x"\n',
    }),
  ).toEqual(["zod ^4 4.3.0 runtime 2"]);
});

test("pyproject.toml: PEP 621, groups and Poetry, with the versions of uv.lock", () => {
  const project = `[project]
name = "app"
dependencies = [
  "requests[socks] >=2,<3 ; python_version > '3'",
]
[dependency-groups]
dev = ["pytest"]
[tool.poetry.dependencies]
python = "^3.12"
Flask = {version = "^3"}
`;
  const lock = '[[package]]\nname = "flask"\nversion = "3.0.1"\n';
  expect(dependenciesOf({ "pyproject.toml": project, "uv.lock": lock })).toEqual([
    "requests >=2,<3 - runtime 4",
    "pytest  - dev 7",
    "Flask ^3 3.0.1 runtime 10",
  ]);
});

test("requirements files by their names", () => {
  const text = "# tools\n-r base.txt\nblack==24.1  # why\n\nruff\n";
  expect(dependenciesOf({ "requirements-dev.txt": text })).toEqual([
    "black ==24.1 - dev 3",
    "ruff  - dev 5",
  ]);
});

test("go.mod: blocks, single lines and what is needed indirectly", () => {
  const text = "module a.b/c\n\nrequire x.y/z v1.0.0\nrequire (\n\tq.r/s v2.1.0 // indirect\n)\n";
  expect(dependenciesOf({ "go.mod": text })).toEqual([
    "x.y/z v1.0.0 v1.0.0 runtime 3",
    "q.r/s v2.1.0 v2.1.0 optional 5",
  ]);
});

test("Cargo.toml with its lock file", () => {
  const text = `[package]
name = "a"
[dependencies]
serde = { version = "1", features = ["derive"] }
own = { path = "../own" }
[dev-dependencies]
alias = { package = "real", workspace = true }
`;
  const lock = '[[package]]\nname = "serde"\nversion = "1.0.9"\n';
  expect(dependenciesOf({ "Cargo.toml": text, "Cargo.lock": lock })).toEqual([
    "serde 1 1.0.9 runtime 4",
    "own ../own - runtime 5",
    "real workspace - dev 7",
  ]);
});

test("pom.xml with properties and scopes", () => {
  const text = `<project>
  <groupId>g</groupId><artifactId>a</artifactId><version>1</version>
  <properties><junit.version>5.1</junit.version></properties>
  <dependencies>
    <dependency>
      <groupId>org.junit</groupId><artifactId>junit</artifactId>
      <version>\${junit.version}</version><scope>test</scope>
    </dependency>
  </dependencies>
</project>`;
  expect(dependenciesOf({ "pom.xml": text })).toEqual(["org.junit:junit 5.1 - dev 5"]);
});

test("Gradle's build files, also by a version catalog", () => {
  const build = `dependencies {
  implementation("com.google.guava:guava:33.0")
  testImplementation libs.junit.api
}`;
  const catalog =
    '[versions]\nj = "5.2"\n[libraries]\njunit-api = {module = "org.junit:api", version.ref = "j"}\n';
  const files = { "build.gradle.kts": build, "gradle/libs.versions.toml": catalog };
  expect(dependenciesOf(files)).toEqual([
    "com.google.guava:guava 33.0 - runtime 2",
    "org.junit:api 5.2 - dev 3",
  ]);
});

test("composer.json and Gemfile with their lock files", () => {
  expect(
    dependenciesOf({
      "composer.json": '{"require": {"php": "^8",\n"monolog/monolog": "^3"}}',
      "composer.lock": '{"packages": [{"name": "monolog/monolog", "version": "3.5.0"}]}',
    }),
  ).toEqual(["monolog/monolog ^3 3.5.0 runtime 2"]);
  const gemfile = `source "https://x"\ngem "rails", "~> 7.1", ">= 7.1.2"\ngroup :test do\n  gem "rspec"\nend\n`;
  expect(
    dependenciesOf({ Gemfile: gemfile, "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.3)\n" }),
  ).toEqual(["rails ~> 7.1, >= 7.1.2 7.1.3 runtime 2", "rspec  - dev 4"]);
});

test("a broken manifest is there with what is wrong with it, and a broken lock file is left out", () => {
  const [broken] = readManifests([{ path: "Cargo.toml", text: "[package\n" }]);
  expect(broken).toMatchObject({ path: "Cargo.toml", ecosystem: "cargo", dependencies: [] });
  expect(broken?.problem).not.toBe("");
  const files = { "package.json": '{"dependencies": {"a": "1"}}', "package-lock.json": "{" };
  expect(dependenciesOf(files)).toEqual(["a 1 - runtime 1"]);
});
