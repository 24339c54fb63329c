import { Html, html } from "./html.js";
import type { RejectedForm } from "./outcome.js";

/** The data that every form of an interaction needs. */
export interface FormPage {
  /** Path of the interaction. The forms post to paths below it. */
  action: string;
  applicationName: string;
  /** From `ui_locales`. The texts are English in every language. */
  lang: string;
  rejected?: RejectedForm | undefined;
  /** From `login_hint`. */
  hint?: string | undefined;
}

interface Field {
  name: string;
  label: string;
  autocomplete: string;
  type?: string;
  inputmode?: string;
  /** A regular expression, and its description for the user. */
  pattern?: { source: string; title: string };
  optional?: boolean;
  note?: string;
  value?: string | undefined;
  autofocus?: boolean;
  invalid?: boolean;
}

/** Returns an input with its label. It is required unless `optional` is set. */
export function field({
  name,
  label,
  note,
  autocomplete,
  type = "text",
  value,
  ...details
}: Field): Html {
  const { optional, autofocus, invalid, inputmode, pattern } = details;
  const attributes = [
    !optional && "required",
    autofocus && "autofocus",
    invalid && 'aria-invalid="true"',
  ];
  return html`<div class="field">
    <label for="${name}">${label} <small>${optional ? "optional" : note}</small></label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="${autocomplete}"
      autocapitalize="none"
      spellcheck="false"
      ${inputmode && html`inputmode="${inputmode}"`}
      ${pattern && html`pattern="${pattern.source}" title="${pattern.title}"`}
      ${new Html(attributes.filter(Boolean).join(" "))}
    />
  </div>`;
}

/** Returns the alert above a form that was rejected. */
export function errorMessage(rejected: RejectedForm | undefined): Html | undefined {
  return rejected && html`<p class="error" role="alert">${rejected.error}</p>`;
}
