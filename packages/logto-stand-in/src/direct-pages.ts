import { errorMessage, type FormPage } from "./form.js";
import { html } from "./html.js";
import { page } from "./page.js";
import type { Person } from "./tenant.js";

/** A social connector: its target at Logto, and its name on a button. */
export interface Connector {
  target: string;
  name: string;
}

/** The page of a social provider, to which `direct_sign_in` leads: a button for each account. */
export function socialPage(form: FormPage, { name }: Connector, people: Person[]): string {
  const { action, applicationName, rejected, lang } = form;
  return page(
    `Sign in with ${name}`,
    html`<h1>Sign in with ${name}</h1>
      <p class="lead">
        The stand-in of ${name}. Choose an account to continue to ${applicationName}
      </p>
      ${errorMessage(rejected)}
      ${people.map(
        ({ username, claims }) =>
          html`<form method="post" action="${action}/social">
            <input type="hidden" name="username" value="${username}" />
            <button class="secondary">${claims.name ?? username}</button>
          </form>`,
      )}
      <p class="switch"><a href="${action}?screen=sign-in">Cancel</a></p>`,
    lang,
  );
}

/** Logto's page for a magic link that does not work. It leads nowhere, as Logto's. */
export function invalidLinkPage(reason: string, lang: string): string {
  return page(
    "Invalid link",
    html`<h1>Invalid link</h1>
      <p class="lead">${reason}</p>`,
    lang,
  );
}
