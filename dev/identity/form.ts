import { Html, html } from "./html";
import type { Refusal } from "./outcome";

/** What every form of an interaction is drawn from. */
export interface FormPage {
  /** Path of the interaction; the forms post below it. */
  action: string;
  applicationName: string;
  refusal?: Refusal | undefined;
  /** From `login_hint`. */
  hint?: string | undefined;
}

interface Field {
  name: string;
  label: string;
  autocomplete: string;
  type?: string;
  inputmode?: string;
  /** A regular expression, with what it asks for in words. */
  pattern?: { source: string; title: string };
  optional?: boolean;
  note?: string;
  value?: string | undefined;
  autofocus?: boolean;
  invalid?: boolean;
}

/** An input with its label. Required unless it is optional. */
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

/** The alert above a form that was refused. */
export function errorMessage(refusal: Refusal | undefined): Html | undefined {
  return refusal && html`<p class="error" role="alert">${refusal.error}</p>`;
}
