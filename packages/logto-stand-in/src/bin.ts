#!/usr/bin/env node
import process from "node:process";
import { runCli, UsageError } from "./cli.js";

try {
  const standIn = await runCli(process.argv.slice(2));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void standIn?.close().then(() => process.exit(0)));
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n--help lists the options.`);
  process.exitCode = 1;
}
