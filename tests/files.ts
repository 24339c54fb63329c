import process from "node:process";

/** Patterns for test files. @param names without `.spec.ts` */
export const files = (...names: string[]) => names.map((name) => `**/${name}.spec.ts`);

/** `npm run test:release` adds tests that take long and cover little more than others do. */
export const isRelease = process.env.STORM === "full";
