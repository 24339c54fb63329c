import type { Browser } from "./browser";

export interface Form {
  action: URL;
  /** Name and initial value of each named input. */
  fields: Record<string, string>;
  /** Names of the text and e-mail inputs, in order. */
  textFields: string[];
  passwordField?: string;
}

/**
 * Returns the forms of a page, with what a driver needs to fill and submit them.
 * @param base the page's address.
 */
export function formsOf(html: string, base: URL): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map(([, tag = "", content = ""]) => {
    const form: Form = {
      action: new URL(attribute(tag, "action") ?? "", base),
      fields: {},
      textFields: [],
    };
    for (const [, input = ""] of content.matchAll(/<input\b([^>]*)>/gis)) {
      const name = attribute(input, "name");
      const type = attribute(input, "type") ?? "text";
      if (name === undefined || type === "submit") continue;
      form.fields[name] = attribute(input, "value") ?? "";
      if (type === "text" || type === "email") form.textFields.push(name);
      if (type === "password") form.passwordField = name;
    }
    return form;
  });
}

/** Submits the form of the end-session page, as the page's script does. */
export async function submitLogoutForm(
  browser: Browser,
  html: string,
  page: URL,
): Promise<Response> {
  const [form] = formsOf(html, page);
  if (!form) throw new Error(`No form at ${page.href}`);
  return browser.submit(form.action, { ...form.fields, logout: "yes" });
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(` ${tag}`);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
