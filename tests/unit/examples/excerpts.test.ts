import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { examples } from "@/components/examples/examples";
import { isExcerpt } from "../excerpt";

test.each(Object.values(examples))(
  "the code that $href shows is an excerpt of $file",
  ({ code, file }) => {
    expect(isExcerpt(code, readFileSync(file, "utf8"))).toBe(true);
  },
);
