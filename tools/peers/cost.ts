import type { Client } from "../../tests/load/sessions";
import { createMeter, median } from "../meter";

/** The CPU times of an unguarded and of a guarded request, measured one right after the other. */
export interface Round {
  plain: number;
  guarded: number;
}

/**
 * Divides the CPU time of an unguarded request by that of a guarded one, in each round, so that a
 * slower machine in some rounds makes little difference.
 *
 * @returns the median of the rounds, and their range
 */
export function describeCost(rounds: readonly Round[]): string {
  const ratios = rounds.map(({ plain, guarded }) => plain / guarded);
  const range = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  return `${median(ratios).toFixed(2)} (${rounds.length} rounds: ${range.join(" to ")})`;
}

/**
 * Measures the cost of the guard with the pages of `writeBenchPages`.
 *
 * @param url the app's origin
 * @param client signed in
 * @throws Error if the app does not respond with both pages
 */
export async function measureCost(url: string, client: Client): Promise<Round[]> {
  const { cookies } = await client.storageState();
  const sent = cookies.filter((cookie) => cookie.path === "/");
  const meter = createMeter(url, sent.map(({ name, value }) => `${name}=${value}`).join("; "));
  const [plain, guarded] = ["/bench/plain", "/dashboard/bench"];
  for (const route of [plain, guarded]) {
    const status = await meter.get(route);
    if (status !== 200) throw new Error(`${route} responded ${status} in place of 200.`);
    await meter.warmUp(route);
  }
  const rounds: Round[] = [];
  for (let round = 0; round < 11; round += 1)
    rounds.push({
      plain: await meter.costOf(plain, 200),
      guarded: await meter.costOf(guarded, 200),
    });
  meter.close();
  return rounds;
}
