import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { examples } from "@/components/examples/examples";
import { isExcerpt } from "../excerpt";

test.each(Object.values(examples))("what $href shows is code of $file", ({ code, file }) => {
  expect(isExcerpt(code, readFileSync(file, "utf8"))).toBe(true);
});
