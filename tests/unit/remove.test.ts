import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { format, resolveConfig } from "prettier";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Feature } from "../../tools/remove/feature";
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

/** A project of these files. */
function project(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
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

/** @returns what has been printed since */
function output(): () => string {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => void write.mockRestore());
  return () => write.mock.calls.map(([text]) => String(text)).join("");
}

describe("the features of this project", () => {
  const needed = (name: string) => dependents(features, name);

  test.each(names)("%s is described as it is", (name) => {
    const { problems } = planRemoval(root, features, [name, ...needed(name)]);
    expect(problems).toEqual([]);
  });

  test.each(names)("nothing names %s after its removal", (name) => {
    const { tree } = planRemoval(root, features, [name, ...needed(name)]);
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
  const remove = (folder: string, ...more: string[]) =>
    planRemoval(folder, new Map([["feature", feature]]), ["feature", ...more]);

  test("deletes files, lines and keys, and no more", () => {
    const folder = project(files);
    const { tree, problems } = remove(folder);
    expect(problems).toEqual([]);
    tree.write();
    const read = (file: string) => readFileSync(path.join(folder, file), "utf8");
    expect(read("app.ts")).toBe("start([\n  rest(),\n]);\n");
    expect(JSON.parse(read("package.json"))).toEqual({ scripts: { dev: "y" }, dependencies: {} });
    expect(JSON.parse(read("knip.json"))).toEqual({ workspaces: { ".": { entry: ["main.ts"] } } });
    expect(existsSync(path.join(folder, "lib"))).toBe(false);
  });

  test("deletes what a command has generated, if it is there", () => {
    const generating = { ...feature, generated: ["generated"] } satisfies Feature;
    const plan = (more: Record<string, string>) =>
      planRemoval(project({ ...files, ...more }), new Map([["feature", generating]]), ["feature"]);
    expect(plan({ "generated/client.ts": "" }).tree.deleted).toContain("generated");
    expect(plan({}).problems).toEqual([]);
    expect(plan({}).tree.deleted).not.toContain("generated");
  });

  test("lists everything that is not as expected", () => {
    const folder = project({
      "app.ts": "feature({ changed: true }),\n",
      "lib/feature/one.ts": "",
      "package.json": '{"scripts":{}}',
      "knip.json": "{}",
    });
    expect(remove(folder, "unknown").problems).toEqual([
      "lib/other/feature.ts is not there",
      'app.ts does not contain:\n    import "./lib/feature";',
      "app.ts does not contain:\n    feature(),",
      "package.json does not have feature",
      "package.json does not have feature-package",
      "knip.json does not have lib/feature/*",
      "unknown is not a feature, or is removed already; npm run remove lists the features",
    ]);
  });

  test("is not planned where a line is there twice", () => {
    const folder = project({ ...files, "app.ts": `${files["app.ts"]}feature(),\n` });
    expect(remove(folder).problems).toEqual([
      "app.ts contains 2 times what should be there once:\n    feature(),",
    ]);
  });

  test("leaves a document of the clone's own as it is", () => {
    const documents = {
      ...feature,
      lines: { ...feature.lines, "README.md": ["| feature | row |", "the feature"] },
      sections: { "docs/gone.md": ["## The feature"] },
    } satisfies Feature;
    const plan = (readme: string) =>
      planRemoval(project({ ...files, "README.md": readme }), new Map([["feature", documents]]), [
        "feature",
      ]).problems;
    expect(plan("# My product\n")).toEqual([]);
    expect(plan("the feature\n")).toEqual(["README.md does not contain:\n    | feature | row |"]);
  });

  test("knows the documents that still link to what it deletes", () => {
    const folder = project({
      ...files,
      "README.md": "[stays](app.ts)",
      "docs/one.md": "[gone](<../lib/feature/index.ts>), [stays](../app.ts#feature)",
    });
    const { tree } = planRemoval(folder, new Map([["feature", feature]]), ["feature"]);
    expect(documentsWithDeadLinks(tree)).toEqual(["docs/one.md"]);
  });

  test("takes what needs a feature with it, or nothing", () => {
    const all = new Map<string, Feature>([
      ["feature", feature],
      ["user", { what: "a user", needs: ["feature"], traces: /user/ }],
    ]);
    const folder = project(files);
    expect(planRemoval(folder, all, ["feature"]).problems).toEqual([
      "user needs feature: remove user, too",
    ]);
    expect(planRemoval(folder, all, ["feature", "user"]).problems).toEqual([]);
  });

  test("deletes what a feature has for another one only while that is there", () => {
    const line = { lines: { "app.ts": ["rest(),"] } };
    const both = new Map<string, Feature>([
      ["feature", { ...feature, beside: { other: line } }],
      ["other", { what: "the other", traces: /other/ }],
    ]);
    const without = (...removed: string[]) =>
      planRemoval(project(files), both, removed).tree.changed.get("app.ts");
    expect(without("feature")).not.toContain("rest()");
    expect(without("other", "feature")).toContain("rest()");
  });
});

describe("npm run remove", () => {
  test("lists features with their files and lines, without arguments", async () => {
    const printed = output();
    expect(await removeFeatures(root, [])).toBe(0);
    for (const name of names)
      expect(printed()).toMatch(new RegExp(`${name}.* \\d+ files +\\d+ code lines`));
  });

  test("changes nothing with --dry-run, and prints what it would", async () => {
    const printed = output();
    const folder = projectCopy();
    expect(await removeFeatures(folder, ["remover", "--dry-run"])).toBe(0);
    expect(printed()).toContain("tools/remove");
    expect(existsSync(path.join(folder, "tools/remove/main.ts"))).toBe(true);
  });

  test("reports a changed line and changes nothing", async () => {
    const printed = output();
    const folder = projectCopy();
    const file = path.join(folder, "docs/code.md");
    writeFileSync(file, readFileSync(file, "utf8").replace("| `npm run remove`", "| remove"));
    expect(await removeFeatures(folder, ["remover"])).toBe(1);
    expect(printed()).toContain("docs/code.md does not contain:");
    expect(existsSync(path.join(folder, "tools/remove/main.ts"))).toBe(true);
  });

  test("says what to run afterwards", async () => {
    const printed = output();
    const folder = projectCopy();
    expect(await removeFeatures(folder, ["remover"])).toBe(0);
    expect(printed()).toContain("npm install && npm run format && npm test");
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
