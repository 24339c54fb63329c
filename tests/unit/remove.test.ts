import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { format, resolveConfig } from "prettier";
import { describe, expect, test } from "vitest";
import type { Deletion, Feature } from "../../tools/remove/feature";
import { withoutLines } from "../../tools/remove/lines";
import {
  dependents,
  documentsWithDeadLinks,
  featuresOf,
  oneByOne,
  removeFeatures,
  tracesOf,
} from "../../tools/remove/main";
import { planRemoval } from "../../tools/remove/remove";
import { filesBelow, type Tree } from "../../tools/remove/tree";
import { copyProject } from "../copy-project";
import { printing } from "./printed";
import { temporaryFolder } from "./temporary-folder";

const root = process.cwd();
const features = await featuresOf(root);
const names = [...features.keys()];
const get = (name: string) => [...features].flatMap(([each, it]) => (each === name ? [it] : []));

function projectCopy(): string {
  const folder = temporaryFolder();
  copyProject(root, folder);
  return folder;
}

/** What a removal leaves of the files that it touches: their text, or null. */
function outcome(tree: Tree) {
  const deleted = [...tree.deleted].flatMap((file) => filesBelow(tree.root, file));
  const changed = [...tree.changed].filter(([file]) => !tree.isDeleted(file));
  return new Map([...deleted.map((file) => [file, null] as const), ...changed].sort());
}

/** Formats what changed, as `npm run format` does. */
async function formatChanged({ root: folder, changed }: Tree): Promise<void> {
  for (const file of changed.keys()) {
    const full = path.join(folder, file);
    if (!existsSync(full) || !/\.(tsx?|mjs|json|md|ya?ml)$/.test(file)) continue;
    const options = await resolveConfig(file);
    writeFileSync(full, await format(readFileSync(full, "utf8"), { ...options, filepath: full }));
  }
}

describe("the features of this project", () => {
  const needed = (name: string) => dependents(features, name);

  test.each(names)("%s is described as it is, and nothing names it after its removal", (name) => {
    const { tree, problems } = planRemoval(root, features, [name, ...needed(name)]);
    expect(problems).toEqual([]);
    expect(tracesOf(tree, get(name))).toEqual([]);
  });

  const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other) => [one, other] as const));
  test.each(pairs)("%s and %s can be removed in either order", (one, other) => {
    const more = [...needed(one), ...needed(other)];
    const first = planRemoval(root, features, [one, other, ...more]);
    const second = planRemoval(root, features, [...more, other, one]);
    expect(first.problems).toEqual([]);
    expect(outcome(second.tree)).toEqual(outcome(first.tree));
  });

  test("can be removed one after another, formatted in between", { timeout: 60_000 }, async () => {
    const folder = projectCopy();
    const left = new Map(features);
    for (const name of oneByOne(features)) {
      const { tree, problems } = planRemoval(folder, left, [name]);
      expect(problems).toEqual([]);
      tree.write();
      await formatChanged(tree);
      left.delete(name);
    }
    expect(existsSync(path.join(folder, "tools/remove"))).toBe(false);
  });
});

describe("a removal", () => {
  const feature = {
    what: "a feature",
    paths: ["lib/feature", "lib/other/feature.ts"],
    lines: { "app.ts": ['import "./lib/feature";', "feature(),"] },
    scripts: ["feature"],
    packages: ["feature-package"],
    knip: ["lib/feature/*"],
    traces: /feature/,
  } satisfies Feature;
  const files = {
    "app.ts": 'import "./lib/feature";\nstart([\n  feature(),\n  rest(),\n]);\n',
    "lib/feature/one.ts": "",
    "lib/other/feature.ts": "",
    "package.json": '{"scripts":{"feature":"x","dev":"y"},"dependencies":{"feature-package":"1"}}',
    "knip.json":
      '{"ignore":["lib/feature/*"],"workspaces":{".":{"entry":["main.ts","lib/feature/*"]}}}',
  };
  /** Plans a removal from a project of these files. */
  const plan = (
    changes: Record<string, string> = {},
    more: Partial<Feature> = {},
    others: Record<string, Feature> = {},
    removed = ["feature"],
  ) => {
    const all = new Map(Object.entries({ feature: { ...feature, ...more }, ...others }));
    return planRemoval(temporaryFolder({ ...files, ...changes }), all, removed);
  };

  test("deletes files, lines and keys, and no more", () => {
    const { tree, problems } = plan();
    expect(problems).toEqual([]);
    tree.write();
    const read = (file: string) => readFileSync(path.join(tree.root, file), "utf8");
    expect(read("app.ts")).toBe("start([\n  rest(),\n]);\n");
    expect(JSON.parse(read("package.json"))).toEqual({ scripts: { dev: "y" }, dependencies: {} });
    expect(JSON.parse(read("knip.json"))).toEqual({ workspaces: { ".": { entry: ["main.ts"] } } });
    expect(existsSync(path.join(tree.root, "lib"))).toBe(false);
  });

  test("deletes what a command has generated, if it is there", () => {
    const generated = ["generated"];
    expect(plan({ "generated/client.ts": "" }, { generated }).tree.deleted).toContain("generated");
    expect(plan({}, { generated })).toMatchObject({ problems: [] });
    expect(plan({}, { generated }).tree.deleted).not.toContain("generated");
  });

  test("lists everything that is not as expected", () => {
    const folder = temporaryFolder({
      "app.ts": `${"feature(),\n".repeat(2)}feature({ changed: true }),\n`,
      "lib/feature/one.ts": "",
      "package.json": '{"scripts":{}}',
      "knip.json": "{}",
    });
    const all = new Map([["feature", feature]]);
    expect(planRemoval(folder, all, ["feature", "unknown"]).problems).toEqual([
      "lib/other/feature.ts is not there",
      'app.ts does not contain:\n    import "./lib/feature";',
      "app.ts contains 2 times what should be there once:\n    feature(),",
      "package.json does not have feature",
      "package.json does not have feature-package",
      "knip.json does not have lib/feature/*",
      "unknown is not a feature, or is removed already; npm run remove lists the features",
    ]);
  });

  test("leaves a document of the clone's own as it is", () => {
    const documents = {
      lines: { ...feature.lines, "README.md": ["| feature | row |", "the feature"] },
      sections: { "docs/gone.md": ["## The feature"] },
    };
    expect(plan({ "README.md": "# My product\n" }, documents).problems).toEqual([]);
    expect(plan({ "README.md": "the feature\n" }, documents).problems).toEqual([
      "README.md does not contain:\n    | feature | row |",
    ]);
  });

  test("knows the documents that still link to what it deletes", () => {
    const { tree } = plan({
      "README.md": "[stays](app.ts)",
      "docs/one.md": "[gone](<../lib/feature/index.ts>), [stays](../app.ts#feature)",
    });
    expect(documentsWithDeadLinks(tree)).toEqual(["docs/one.md"]);
  });

  test("takes what needs a feature with it, or nothing", () => {
    const user = { what: "a user", needs: ["feature"], traces: /user/ };
    expect(plan({}, {}, { user }).problems).toEqual(["user needs feature: remove user, too"]);
    expect(plan({}, {}, { user }, ["feature", "user"]).problems).toEqual([]);
  });

  test("deletes what a feature has for another one only while that is there", () => {
    const beside: Record<string, Deletion> = { other: { lines: { "app.ts": ["rest(),"] } } };
    const other = { what: "the other", traces: /other/ };
    const without = (...removed: string[]) =>
      plan({}, { beside }, { other }, removed).tree.changed.get("app.ts");
    expect(without("feature")).not.toContain("rest()");
    expect(without("other", "feature")).toContain("rest()");
  });
});

describe("npm run remove", () => {
  const run = (folder: string, ...args: string[]) => printing(() => removeFeatures(folder, args));

  test("lists features with their files and lines, without arguments", async () => {
    const { code, printed } = await run(root);
    expect(code).toBe(0);
    for (const name of names)
      expect(printed).toMatch(new RegExp(`${name}.* \\d+ files +\\d+ code lines`));
  });

  test("removes a feature, but not with --dry-run or where a line has changed", async () => {
    const folder = projectCopy();
    const file = path.join(folder, "docs/code.md");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("| `npm run remove`", "| remove"));
    const failed = await run(folder, "remover");
    expect(failed.code).toBe(1);
    expect(failed.printed).toContain("docs/code.md does not contain:");
    writeFileSync(file, text);
    const plan = await run(folder, "remover", "--dry-run");
    expect(plan).toEqual({ code: 0, printed: expect.stringContaining("tools/remove") });
    expect(existsSync(path.join(folder, "tools/remove/main.ts"))).toBe(true);
    const { code, printed } = await run(folder, "remover");
    expect(code).toBe(0);
    expect(printed).toContain("npm install && npm run format && npm test");
    expect(existsSync(path.join(folder, "tools/remove"))).toBe(false);
  });
});

describe("deleting lines", () => {
  const without = (text: string, block: string) => withoutLines(text, block).text;

  test("ignores indentation and the padding of tables", () => {
    expect(without("a\n  b(  1 )\nc\n", "b( 1 )")).toBe("a\nc\n");
    expect(without("| x |\n| --- |\n| `a`    | b |\n", "| `a` | b |")).toBe("| x |\n| --- |\n");
  });

  test("leaves one blank line where a paragraph was", () => {
    expect(without("a\n\nb\nc\n\nd\n", "b\nc")).toBe("a\n\nd\n");
    expect(without("a\n\nb\n", "b")).toBe("a\n\n");
  });
});
