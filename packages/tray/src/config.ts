import { readFileSync } from "node:fs";
import { TrayConfig } from "@heddle/protocol";
import { parse } from "smol-toml";
import { prettifyError } from "zod";
import { TrayError } from "./tray-error.ts";

/** The table `[tray]`; all else of the file is the daemon's, which also says what is wrong with it. */
export function readTrayConfig(path: string): TrayConfig {
  const table = tableOf(path);
  const config = TrayConfig.safeParse(table ?? {});
  if (config.success) return config.data;
  throw new TrayError(`${path}: [tray]: ${prettifyError(config.error)}`, "mend the configuration");
}

function tableOf(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    return parse(text).tray;
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw new TrayError(`${path}: ${reason}`, "mend the configuration");
  }
}
