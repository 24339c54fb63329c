import { errorMessage, field, type FormPage } from "./form.js";
import { html } from "./html.js";
import type { CodePurpose } from "./mail.js";
import { page } from "./page.js";
import { codePolicy } from "./settings.js";

const wordings = {
  "sign-in": {
    title: "Sign in by e-mail",
    otherWay: "sign-in",
    other: "Sign in with a password",
  },
  register: {
    title: "Create an account by e-mail",
    otherWay: "register",
    other: "Create an account with a password",
  },
} as const;

/** Step one: asks for the address. */
export function emailPage(form: FormPage, purpose: keyof typeof wordings): string {
  const { action, applicationName, rejected, hint, lang } = form;
  const { title, otherWay, other } = wordings[purpose];
  const email = rejected?.values.email ?? (hint?.includes("@") ? hint : undefined);
  return page(
    title,
    html`<h1>${title}</h1>
      <p class="lead">to continue to ${applicationName}</p>
      ${errorMessage(rejected)}
      <form method="post" action="${action}/email-${purpose}">
        ${field({
          name: "email",
          label: "E-mail address",
          autocomplete: "email",
          type: "email",
          value: email,
          autofocus: true,
          invalid: Boolean(rejected),
        })}
        <button class="primary">Send me a code</button>
      </form>
      <p class="switch"><a href="${action}?screen=${otherWay}">${other}</a></p>`,
    lang,
  );
}

interface CodePage extends FormPage {
  email: string;
  purpose: CodePurpose;
  /** True when an earlier code was sent to this address. */
  isRenewed: boolean;
  /** False when mails are dropped: the page then does not say where to find the code. */
  isDelivered: boolean;
}

/** Step two: asks for the code that was sent. */
export function codePage({
  action,
  rejected,
  email,
  purpose,
  isRenewed,
  isDelivered,
  lang,
}: CodePage): string {
  const { digits, lifetime } = codePolicy;
  const address = html`<span class="address">${email}</span>`;
  const minutes = String(lifetime / 60);
  const sent = isRenewed
    ? html`We sent a new code to ${address}. It is valid for ${minutes} minutes. The previous code
      no longer works.`
    : html`We sent a code to ${address}. It is valid for ${minutes} minutes.`;
  return page(
    "Enter the code",
    html`<h1>Enter the code</h1>
      <p class="lead" role="status">${sent}</p>
      ${errorMessage(rejected)}
      <form method="post" action="${action}/code">
        ${field({
          name: "code",
          label: "Code",
          note: `${digits} digits`,
          autocomplete: "one-time-code",
          inputmode: "numeric",
          pattern: {
            source: `\\s*(\\d\\s*){${digits}}`,
            title: `The ${digits} digits of the mail`,
          },
          autofocus: true,
          invalid: Boolean(rejected),
        })}
        <button class="primary">Continue</button>
      </form>
      <form method="post" action="${action}/resend">
        <button class="secondary">Send a new code</button>
      </form>
      ${
        purpose !== "second-factor" &&
        html`<p class="switch">
          <a href="${action}?screen=email-${purpose}">Use another address</a>
        </p>`
      }
      ${isDelivered && deliveryNote}`,
    lang,
  );
}

const deliveryNote = html`<p class="note">
  The stand-in sends no mail. The code is in the terminal where the stand-in runs.
</p>`;

/**
 * Asks for confirmation when a verified address does not fit the request: a sign-in without an
 * account, or a registration with an existing one.
 */
export function accountPage(
  { action, applicationName, lang }: FormPage,
  email: string,
  exists: boolean,
): string {
  const address = html`<span class="address">${email}</span>`;
  const title = exists ? "You have an account" : "Create an account?";
  const lead = exists
    ? html`${address} has an account already. Sign in to it to continue to ${applicationName}.`
    : html`There is no account for ${address} yet. Create one to continue to ${applicationName}.`;
  return page(
    title,
    html`<h1>${title}</h1>
      <p class="lead">${lead}</p>
      <form method="post" action="${action}/account">
        <button class="primary">${exists ? "Sign in" : "Create account"}</button>
      </form>
      <p class="switch"><a href="${action}?screen=email-sign-in">Use another address</a></p>`,
    lang,
  );
}
