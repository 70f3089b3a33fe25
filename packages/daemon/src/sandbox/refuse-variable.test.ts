import { expect, test } from "vitest";
import { refuseVariable } from "./refuse-variable.ts";

test.each([
  "PATH",
  "HOME",
  "PORT",
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "BASH_ENV",
  "ENV",
  "NODE_OPTIONS",
  "NODE_USE_ENV_PROXY",
  "GIT_DIR",
  "GIT_SSH_COMMAND",
  "HTTPS_PROXY",
  "http_proxy",
  "no_proxy",
  "HEDDLE_HOME",
  "HEDDLE_ALLOW_ROOT",
  "PYTHONPATH",
  "SSH_AUTH_SOCK",
  "A=B",
  "A B",
  "BASH_FUNC_ls%%",
  "1A",
  "",
])("%s is never granted", (name) => {
  expect(refuseVariable(name)).toBeTypeOf("string");
});

test.each(["CI", "EDITOR", "NPM_TOKEN", "DATABASE_URL", "_private", "GITHUB_TOKEN", "NODENAME"])(
  "%s may be granted",
  (name) => {
    expect(refuseVariable(name)).toBeUndefined();
  },
);
