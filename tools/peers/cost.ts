import type { Client } from "../../tests/load/sessions";
import { createMeter, median } from "../meter";

/**
 * The CPU time of an unguarded request, divided by that of a guarded one.
 *
 * @param plain CPU times of requests without a guard
 * @param guarded of requests with one, in the same unit
 */
export const costRatio = (plain: readonly number[], guarded: readonly number[]): number =>
  median(plain) / median(guarded);

/**
 * Measures `costRatio` for the pages of `writeBenchPages`.
 *
 * @param url the app's origin
 * @param client signed in
 * @throws Error if the app does not respond with both pages
 */
export async function measureCost(url: string, client: Client): Promise<number> {
  const { cookies } = await client.storageState();
  const sent = cookies.filter((cookie) => cookie.path === "/");
  const meter = createMeter(url, sent.map(({ name, value }) => `${name}=${value}`).join("; "));
  const [plain, guarded] = ["/bench/plain", "/dashboard/bench"];
  for (const route of [plain, guarded]) {
    const status = await meter.get(route);
    if (status !== 200) throw new Error(`${route} responded ${status} in place of 200.`);
    await meter.warmUp(route);
  }
  const costs: { plain: number[]; guarded: number[] } = { plain: [], guarded: [] };
  for (let round = 0; round < 9; round += 1) {
    costs.plain.push(await meter.costOf(plain));
    costs.guarded.push(await meter.costOf(guarded));
  }
  meter.close();
  return costRatio(costs.plain, costs.guarded);
}
