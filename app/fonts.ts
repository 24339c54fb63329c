import localFont from "next/font/local";

// Not preloaded: Chrome would hold up the first paint for them. Until they come, a system font of
// the same width stands in.

/** Geist (fonts/OFL.txt), as Fontsource cuts it: 29 KB for most of Western Europe's letters. */
const latin = localFont({
  src: "./fonts/geist-latin-wght-normal.woff2",
  variable: "--font-latin",
  weight: "100 900",
  preload: false,
});

/** The letters of a Łukasz or a Dvořák: loaded where a page has one. */
const latinExtended = localFont({
  src: "./fonts/geist-latin-ext-wght-normal.woff2",
  variable: "--font-latin-extended",
  weight: "100 900",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+0100-02BA, U+1E00-1E9F, U+1EF2-1EFF" }],
});

/** Class names that define the variables of `--font-sans`. */
export const fonts = `${latin.variable} ${latinExtended.variable}`;
