const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup that is safe to send. */
export class Html {
  constructor(readonly markup: string) {}
}

type Value = Html | Html[] | string | undefined | false;

/**
 * Template tag that escapes every string value. `Html` is inserted unchanged; undefined and false
 * insert nothing.
 */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(toMarkup)));
}

function toMarkup(value: Value): string {
  if (Array.isArray(value)) return value.map((part) => part.markup).join("");
  if (value instanceof Html) return value.markup;
  return value ? value.replace(/[&<>"']/g, (character) => entities[character] ?? character) : "";
}
