import { writeFileSync } from "node:fs";
import path from "node:path";
import { runDoctor } from "../../dev/doctor/main";
import { withValues } from "../../dev/setup/env-file";
import { printing } from "./printed";

/** Runs `npm run doctor` in a folder, with these variables in an env file. */
export async function doctor(
  root: string,
  values: Record<string, string>,
  args: string[] = [],
  file = ".env.local",
): Promise<{ code: number; printed: string }> {
  writeFileSync(path.join(root, file), withValues("", values));
  return printing(() => runDoctor(root, args));
}
