import { readFileSync } from "node:fs";
import { z } from "zod";
import { toLogtoError } from "../../lib/logto/client";

const finding = z.object({
  /** What was checked, such as "redirect URI". */
  check: z.string(),
  /** Its name in findings.md. */
  name: z.string(),
  /** `warning`: works, but not as it should. `problem`: something will not work. */
  status: z.enum(["ok", "warning", "problem"]),
  message: z.string(),
  /** What to do about it. */
  remedy: z.string().optional(),
});
/** The result of one check of the configuration. Never contains a secret. */
export type Finding = z.output<typeof finding>;

type Check = (report: Report) => Promise<void> | void;
/** Takes the name of a finding of this check, and values for its text. */
export type Report = (name: string, values?: Values) => void;
type Values = Readonly<Record<string, string>>;

const entry = /^- \*\*(?<name>.+?)\*\* \((?<status>\w+)\): (?<message>.+?)(?: → (?<remedy>.+))?$/gm;
/** The findings of findings.md, in its order. */
const texts = readFileSync(new URL("findings.md", import.meta.url), "utf8")
  .replaceAll(/\n {2}/g, " ")
  .split(/^## /m)
  .flatMap((section) => {
    const [check] = section.split("\n", 1);
    return [...section.matchAll(entry)].map(({ groups }) => finding.parse({ check, ...groups }));
  });

/** Runs checks, which may be in parallel, and collects their findings. */
export class Doctor {
  readonly #found: Finding[] = [];

  /** @param timeout of each request, in seconds */
  constructor(readonly timeout = 5) {}

  /** The findings, in the order of the checks in findings.md. */
  get findings(): Finding[] {
    const place = ({ check }: Finding) => texts.findIndex((text) => text.check === check);
    return this.#found.toSorted((one, other) => place(one) - place(other));
  }

  /** Sends a request, and follows no redirect. */
  fetch(url: URL | string, options?: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(this.timeout * 1000);
    return fetch(url, { redirect: "manual", signal, ...options });
  }

  /**
   * Runs a check. If it reports nothing, the finding is its "ok" of findings.md, if there is one.
   *
   * @param values for its texts
   * @param run an error that it throws, mostly a timeout, becomes a finding
   * @returns whether it has no warning and no problem
   */
  async look(check: string, values: Values, run: Check): Promise<boolean> {
    const own = texts.filter((text) => text.check === check);
    const found: Finding[] = [];
    const report = (name: string, more?: Values) => {
      const text = own.find((each) => each.name === name);
      if (!text) throw new Error(`no "${name}" under "${check}" in findings.md`);
      found.push(fill(text, { ...values, ...more }));
    };
    try {
      await run(report);
      if (found.length === 0 && own.some(({ name }) => name === "ok")) report("ok");
    } catch (error) {
      const message = `could not be checked (${toLogtoError(error).message})`;
      found.push({ check, name: "error", status: "problem", message, remedy: "Try again." });
    }
    this.#found.push(...found);
    return found.every(({ status }) => status === "ok");
  }
}

/** Puts values in place of the names in braces. */
function fill({ message, remedy, ...rest }: Finding, values: Values): Finding {
  const filled = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  return { ...rest, message: filled(message), ...(remedy && { remedy: filled(remedy) }) };
}
