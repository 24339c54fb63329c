import localFont from "next/font/local";

// Not preloaded, because Chrome would delay the first paint for them. Until they load, the browser
// uses a system font of the same width.

/** Geist (fonts/OFL.txt), Fontsource's subset: 29 KB for most letters of Western Europe. */
const latin = localFont({
  src: "./fonts/geist-latin-wght-normal.woff2",
  variable: "--font-latin",
  weight: "100 900",
  preload: false,
});

/** Letters such as Ł and ř. The browser loads this file only for a page that has one. */
const latinExtended = localFont({
  src: "./fonts/geist-latin-ext-wght-normal.woff2",
  variable: "--font-latin-extended",
  weight: "100 900",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+0100-02BA, U+1E00-1E9F, U+1EF2-1EFF" }],
});

/** Class names that define the CSS variables that `--font-sans` uses. */
export const fonts = `${latin.variable} ${latinExtended.variable}`;
