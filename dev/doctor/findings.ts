import { readFileSync } from "node:fs";
import { z } from "zod";
import { toLogtoError } from "../../lib/logto/client";

/** The result of one check of the configuration. Never contains a secret. */
export interface Finding {
  /** What was checked, such as "redirect URI". */
  check: string;
  /** Its name in findings.md. */
  name: string;
  /** `warning`: works, but not as it should. `problem`: something will not work. */
  status: z.output<typeof statuses>;
  message: string;
  /** What to do about it. */
  remedy?: string;
}

/** Takes the name of a finding of this check, and values for its text. */
export type Report = (name: string, values?: Values) => void;
type Values = Readonly<Record<string, string>>;

const statuses = z.enum(["ok", "warning", "problem"]);

/** The findings of findings.md, in its order. */
const texts: Finding[] = readFileSync(new URL("findings.md", import.meta.url), "utf8")
  .split(/^## /m)
  .flatMap((section) => {
    const [check = ""] = section.split("\n", 1);
    const entries = /^- \*\*(.+)\*\* \((.+)\): ([^]+?)(?=\n\n|\n- |\n*$(?![^]))/gm;
    return [...section.matchAll(entries)].map(([, name = "", status, text = ""]) => {
      const [message = "", remedy] = text.replaceAll(/\s+/g, " ").split(" → ");
      return { check, name, status: statuses.parse(status), message, ...(remedy && { remedy }) };
    });
  });
const checks = [...new Set(texts.map(({ check }) => check))];

/** Collects the findings of checks that run in parallel. */
export class Findings {
  readonly #found: Finding[] = [];

  /** The findings, in the order of the checks in findings.md. */
  inOrder(): Finding[] {
    const place = ({ check }: Finding) => checks.indexOf(check);
    return this.#found.toSorted((one, other) => place(one) - place(other));
  }

  /**
   * Runs a check. If it reports nothing, the finding is its "ok" of findings.md, if there is one.
   *
   * @param values for its texts
   * @param run an error that it throws, mostly a timeout, becomes a finding
   * @returns whether it has no warning and no problem
   */
  async look(
    check: string,
    values: Values,
    run: (report: Report) => Promise<void> | void,
  ): Promise<boolean> {
    const found: Finding[] = [];
    try {
      await run((name, more) => found.push(finding(check, name, { ...values, ...more })));
      const hasOk = texts.some((text) => text.check === check && text.name === "ok");
      if (found.length === 0 && hasOk) found.push(finding(check, "ok", values));
    } catch (error) {
      const message = `could not be checked (${toLogtoError(error).message})`;
      found.push({ check, name: "error", status: "problem", message, remedy: "Try again." });
    }
    this.#found.push(...found);
    return found.every(({ status }) => status === "ok");
  }
}

/** @throws Error if findings.md has no such finding */
function finding(check: string, name: string, values: Values): Finding {
  const text = texts.find((each) => each.check === check && each.name === name);
  if (!text) throw new Error(`no "${name}" under "${check}" in findings.md`);
  const fill = (template: string) =>
    template.replaceAll(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
  return {
    ...text,
    message: fill(text.message),
    ...(text.remedy && { remedy: fill(text.remedy) }),
  };
}
