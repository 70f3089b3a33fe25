import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPatch } from "../packages/daemon/src/agent/patch/apply.ts";
import { openTree } from "../packages/daemon/src/os/tree-files.ts";
import { createSandbox } from "../packages/daemon/src/sandbox/sandbox.ts";
import type { Box, BoxProfile, Sandbox } from "../packages/daemon/src/sandbox/types.ts";
