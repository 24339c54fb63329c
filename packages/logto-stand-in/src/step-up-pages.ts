import { errorMessage, field, type FormPage } from "./form.js";
import { html } from "./html.js";
import { page } from "./page.js";

/** Asks a signed-in user for the password again. */
export function stepUpPage({ action, applicationName, rejected }: FormPage, name: string): string {
  return page(
    "Confirm that it is you",
    html`<h1>Confirm that it is you</h1>
      <p class="lead">
        ${applicationName} asks for it. You are signed in as <span class="address">${name}</span>.
      </p>
      ${errorMessage(rejected)}
      <form method="post" action="${action}/step-up">
        ${field({
          name: "password",
          label: "Password",
          autocomplete: "current-password",
          type: "password",
          autofocus: true,
          invalid: Boolean(rejected),
        })}
        <button class="primary">Continue</button>
      </form>
      ${giveUpForm(action)}`,
  );
}

/** For an account to which no code can be sent. */
export function noSecondFactorPage({ action, applicationName }: FormPage): string {
  return page(
    "No second factor",
    html`<h1>No second factor</h1>
      <p class="lead">
        ${applicationName} asks for a second factor. This account has none: here it is a code that
        is sent by e-mail, in addition to the password.
      </p>
      ${giveUpForm(action)}`,
  );
}

const giveUpForm = (action: string) =>
  html`<form method="post" action="${action}/give-up">
    <button class="secondary">Back to the application</button>
  </form>`;
