import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { forgetLogin, loginPath, OAuthFile } from "./oauth-file.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-login-"));
  path = loginPath(directory, "server");
  login().saveTokens({ access_token: "first", token_type: "bearer" });
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("tokens that another thread has renewed are the ones that are used, and hidden", () => {
  const hidden: string[] = [];
  const one = OAuthFile.at(path, (secret) => hidden.push(secret));
  OAuthFile.at(path, () => {})?.saveTokens({ access_token: "second", token_type: "bearer" });

  expect(one?.tokens()?.access_token).toBe("second");
  expect(hidden).toContain("second");
});

test("tokens of a removed server are neither used nor written again", () => {
  const one = OAuthFile.at(path, () => {});
  forgetLogin(path);

  expect(one?.tokens()).toBeUndefined();
  one?.saveTokens({ access_token: "second", token_type: "bearer" });
  expect(existsSync(path)).toBe(false);
});

test("whoever logs in again begins without the tokens of before", () => {
  expect(login().tokens()).toBeUndefined();
});

function login(): OAuthFile {
  return new OAuthFile(path, { redirectUrl: "http://127.0.0.1:1/" }, () => {});
}
