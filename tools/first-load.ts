import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

/**
 * How much JavaScript a browser loads with a page: the scripts in its HTML, without those for
 * browsers that lack modules (`nomodule`).
 *
 * @param folder of the built app
 * @param html of the page
 * @returns bytes, each file gzipped
 * @throws Error if the page has no script
 */
export function firstLoad(folder: string, html: string): number {
  const tags = (html.match(/<script\b[^>]*>/g) ?? []).filter((tag) => !/\bnomodule\b/i.test(tag));
  const files = new Set(tags.flatMap((tag) => /\bsrc="\/_next\/([^"?]+)/.exec(tag)?.[1] ?? []));
  const sizes = [...files].map(
    (file) => gzipSync(readFileSync(path.join(folder, ".next", file))).length,
  );
  if (sizes.length === 0) throw new Error("the page has no script");
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The least that the layout of an app can be. */
export const layout = `export default function RootLayout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

const emptyApp = {
  // Without it, Next.js would use the configuration of a parent folder.
  "next.config.mjs": "export default {};\n",
  "app/layout.jsx": layout,
  "app/page.jsx": `export default function Home() {
  return <main><h1>Hello</h1></main>;
}
`,
};

/** Writes an app to compare with: create-next-app's, without its image and fonts. */
export function writeEmptyApp(root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, "app"), { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    cpSync(path.join(root, name), path.join(folder, name));
  for (const [name, content] of Object.entries(emptyApp))
    writeFileSync(path.join(folder, name), content);
}
