import { describe, expect, it } from "vitest";
import { isInstalled, missingPackages, unsupportedNode } from "../../dev/install.mjs";
import { temporaryFolder } from "./temporary-folder";

describe("comparing node_modules with the lock file", () => {
  const linux = { os: "linux", cpu: "x64", libc: "glibc" };
  const version = "1.0.0";
  const native = { version, optional: true, os: ["linux"], cpu: ["x64"] };

  it("finds a package that is missing or has another version", () => {
    const wanted = { "": {}, next: { version }, react: { version }, zod: { version } };
    const installed = { next: { version }, react: { version: "0.9.0" } };
    expect(missingPackages(wanted, installed, linux)).toEqual(["react", "zod"]);
  });

  it("finds the missing native build of this platform, and ignores those of others", () => {
    const darwin = { ...native, os: ["darwin"], cpu: ["arm64"] };
    const wanted = { gnu: native, darwin, musl: { ...native, libc: ["musl"] } };
    expect(missingPackages(wanted, {}, linux)).toEqual(["gnu"]);
  });

  it("accepts what another package manager installed", () => {
    expect(isInstalled(temporaryFolder({ "node_modules/a": "" }))).toBe(false);
    expect(isInstalled(temporaryFolder({ "node_modules/.modules.yaml": "" }))).toBe(true);
  });
});

it.each([
  ["20.19.0", "20.18.3"],
  ["22.12.0", "22.11.0"],
  ["24.0.0", "23.9.0"],
  ["26.1.0", "21.7.0"],
])("accepts Node.js %s, and rejects %s", (supported, unsupported) => {
  expect(unsupportedNode(supported)).toBeNull();
  expect(unsupportedNode(unsupported)).toContain(`you are running ${unsupported}`);
});
