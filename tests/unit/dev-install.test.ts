import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isInstalled, missingPackages } from "../../dev/install.mjs";
import { unsupportedNode } from "../../dev/install.mjs";
import { temporaryFolder } from "./temporary-folder";

const linux = { os: "linux", cpu: "x64", libc: "glibc" };

describe("comparing node_modules with the lock file", () => {
  it("finds nothing missing if every package is installed in its version", () => {
    const packages = { "": {}, "node_modules/next": { version: "16.0.0" } };
    expect(
      missingPackages(packages, { "node_modules/next": { version: "16.0.0" } }, linux),
    ).toEqual([]);
  });

  it("finds a package that is missing or has another version", () => {
    const wanted = {
      "node_modules/next": { version: "16.0.1" },
      "node_modules/zod": { version: "4.0.0" },
    };
    const installed = { "node_modules/next": { version: "16.0.0" } };
    expect(missingPackages(wanted, installed, linux)).toEqual([
      "node_modules/next",
      "node_modules/zod",
    ]);
  });

  it("ignores the native builds of other platforms", () => {
    const wanted = {
      "node_modules/swc-darwin": {
        version: "1.0.0",
        optional: true,
        os: ["darwin"],
        cpu: ["arm64"],
      },
      "node_modules/swc-musl": {
        version: "1.0.0",
        optional: true,
        os: ["linux"],
        cpu: ["x64"],
        libc: ["musl"],
      },
    };
    expect(missingPackages(wanted, {}, linux)).toEqual([]);
  });

  it("finds the missing native build of this platform in a copied node_modules", () => {
    const wanted = {
      "node_modules/swc-gnu": { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"] },
    };
    expect(missingPackages(wanted, {}, linux)).toEqual(["node_modules/swc-gnu"]);
  });

  it("accepts what another package manager installed", () => {
    const root = temporaryFolder();
    mkdirSync(path.join(root, "node_modules"));
    expect(isInstalled(root)).toBe(false);
    writeFileSync(path.join(root, "node_modules/.modules.yaml"), "");
    expect(isInstalled(root)).toBe(true);
  });
});

describe("the check of the Node.js version", () => {
  it.each(["20.19.0", "22.12.0", "24.0.0", "26.1.0"])("accepts %s", (version) => {
    expect(unsupportedNode(version)).toBeNull();
  });

  it.each(["18.20.8", "20.18.3", "21.7.0", "22.11.0", "23.9.0"])(
    "rejects %s, and says what to install",
    (version) => {
      expect(unsupportedNode(version)).toContain(`you are running ${version}`);
    },
  );
});
