import { Html, html } from "./html.js";
import { style } from "./style.js";

const logo = html`<svg viewBox="0 0 28 28" aria-hidden="true">
  <rect width="28" height="28" rx="8" fill="var(--accent)" />
  <path
    d="M9 12.5V11a5 5 0 0 1 10 0v1.5"
    fill="none"
    stroke="var(--on-accent)"
    stroke-width="2"
    stroke-linecap="round"
  />
  <rect x="7.5" y="12.5" width="13" height="9" rx="2.5" fill="var(--on-accent)" />
</svg>`;

/**
 * Returns a complete page of the stand-in, labelled as local, with `content` in its card.
 *
 * @param lang BCP 47
 */
export function page(title: string, content: Html, lang = "en"): string {
  return html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <title>${title} · Logto stand-in</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <main>
          <p class="brand">${logo} Logto stand-in <span class="badge">Local</span></p>
          ${content}
        </main>
        <footer>
          A stand-in for Logto on your own machine. Nothing here leaves it, and nothing here is
          secret.
        </footer>
      </body>
    </html>`.markup;
}
