import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { alsoEnd, isEnding } from "../../dev/children.mjs";
import { print } from "../../dev/terminal.mjs";
import { startPair } from "../../tests/e2e/servers";
import { buildContenders, type Contender } from "./contenders";
import { describeCost, measureCost } from "./cost";
import { measureExpiry, parallel } from "./expiry";
import { formatTable, type Row } from "./table";

/** What all three apps request, so that their sessions have the same content. */
const scopes = "openid offline_access profile email";
/** How long Logto accepts a replaced refresh token, in seconds: its default, and not at all. */
const graces = [3, 0];

async function measure(contender: Contender): Promise<{ rows: Row[]; cost: string }> {
  const { name, folder, signIn, renewing } = contender;
  print(`Measuring ${name} …`);
  const pair = await startPair({ LOGTO_SCOPES: scopes, LOGTO_RESOURCES: "" }, { folder });
  const { url } = pair.app;
  const client = await signIn(url);
  const cost = describeCost(await measureCost(url, client));
  await client.dispose();
  const rows: Row[] = [];
  for (const grace of graces)
    rows.push({ name, ...(await measureExpiry(pair, grace, () => signIn(url), renewing)) });
  await pair.stop();
  return { rows, cost };
}

async function compare(root: string, temporary: string): Promise<void> {
  const { contenders, versions } = await buildContenders(root, temporary);
  const rows: Row[] = [];
  const costs: string[] = [];
  for (const contender of contenders) {
    const measured = await measure(contender);
    rows.push(...measured.rows);
    costs.push(`- ${contender.name}, guard ${contender.guard}: ${measured.cost}`);
  }
  const names = ["next", "next-auth", "@logto/next"] as const;
  const used = [
    `Node.js ${process.versions.node}`,
    ...names.map((each) => `${each} ${versions[each]}`),
  ];
  print(`
Measured on ${new Date().toISOString().slice(0, 10)} with ${used.join(", ")}.

${parallel} parallel requests with one cookie when the access token has expired, refresh tokens rotating
at each use; 5 s later a request with the old cookie; then the next expiry:

${formatTable(rows)}

CPU time of a page without a guard, divided by that of the same page with one:

${costs.join("\n")}`);
}

/**
 * `npm run bench:peers`: builds two small apps from the npm registry, Auth.js's guide to rotating
 * refresh tokens and @logto/next, and compares them with this app: what happens when an access
 * token expires, and what a guard costs.
 *
 * @param root the project's folder
 * @returns the exit code
 */
export async function benchPeers(root: string): Promise<number> {
  const temporary = mkdtempSync(path.join(tmpdir(), "bench-peers-"));
  const copy = path.join(root, ".data/bench-peers");
  alsoEnd(() => {
    for (const folder of [temporary, copy]) rmSync(folder, { recursive: true, force: true });
  });
  try {
    await compare(root, temporary);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Playwright's call log has the cookies of a request that failed.
    if (!isEnding()) print(message.replace(/\n*Call log:[^]*/, ""));
    return 1;
  }
}
