/** Draws the picture of a seeded person: the initial on a gradient. `name` has letters only. */
export function avatar(name: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#7c5cff"/><stop offset="1" stop-color="#3f2aa8"/></linearGradient></defs>
<rect width="96" height="96" fill="url(#g)"/>
<text x="48" y="50" fill="#fff" font-family="system-ui,sans-serif" font-size="44" font-weight="600" text-anchor="middle" dominant-baseline="central">${name.charAt(0).toUpperCase()}</text>
</svg>`;
}
