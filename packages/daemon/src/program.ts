import { flushCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";
import { DaemonError } from "@heddle/protocol";
import { heddlePaths } from "@heddle/protocol/node";
import { packageVersion } from "@heddle/protocol/package-version";
import { readConfig } from "./config.ts";
import { startDaemon } from "./daemon.ts";
import { openLog } from "./log.ts";
import { takeHandedOver } from "./os/handed-over.ts";

/** Exit codes of sysexits.h, as service managers know them. */
const exitCodes = { invalidConfig: 78, conflict: 75 } as const;

// Young garbage is collected while it is little: so the daemon stays small, and is no slower.
setFlagsFromString("--semi-space-growth-factor=1");

async function main(): Promise<void> {
  process.umask(0o077);
  const { socket: inherited, notify } = takeHandedOver(process.env);
  const paths = heddlePaths();
  const config = readConfig(paths.config, process.env);
  const log = openLog(paths.log);
  const version = packageVersion(import.meta.url);
  const stop = Promise.withResolvers<void>();
  const stopRequested = (by: string) => {
    log.info("stopping", { by });
    stop.resolve();
  };
  // Not `once`: libraries that listen, too, end the process if nobody else seems to.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stopRequested);
  process.on("SIGHUP", () => {});
  process.on("uncaughtException", (error) => log.error("uncaught exception", { error }));
  process.on("unhandledRejection", (error) => log.error("unhandled rejection", { error }));

  const options = { config, paths, env: process.env, log, version, inherited, stopRequested };
  const daemon = await startDaemon(options);
  if (!(await notify("READY=1"))) log.error("systemd-notify did not tell the service manager");
  // At its end it may be killed.
  flushCompileCache();
  await stop.promise;
  await notify("STOPPING=1");
  await daemon[Symbol.asyncDispose]();
  log.info("stopped");
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const known = error instanceof DaemonError;
  console.error(`heddle: ${known ? error.message : ((error as Error).stack ?? error)}`);
  process.exit(
    known && error.kind in exitCodes ? exitCodes[error.kind as keyof typeof exitCodes] : 1,
  );
}
