import { errorMessage, field, type FormPage } from "./form.js";
import { type Html, html } from "./html.js";
import { page } from "./page.js";
import { defaultPassword, type Person } from "./tenant.js";

/** Asks for username or e-mail address and password. Below: one button for each person of the tenant. */
export function signInPage(
  { action, applicationName, rejected, hint, lang }: FormPage,
  people: Person[],
): string {
  const identifier = rejected?.values.identifier ?? hint;
  const hasIdentifier = Boolean(identifier);
  const password = {
    name: "password",
    label: "Password",
    autocomplete: "current-password",
    type: "password",
  };
  return page(
    "Sign in",
    html`<h1>Sign in</h1>
      <p class="lead">to continue to ${applicationName}</p>
      ${errorMessage(rejected)}
      <form method="post" action="${action}/sign-in">
        ${field({
          name: "identifier",
          label: "Username or e-mail",
          autocomplete: "username",
          value: identifier,
          autofocus: !hasIdentifier,
          invalid: Boolean(rejected),
        })}
        ${field({ ...password, autofocus: hasIdentifier, invalid: Boolean(rejected) })}
        <button class="primary">Sign in</button>
      </form>
      <a class="secondary" href="${action}?screen=email-sign-in">Continue with an e-mail code</a>
      <p class="switch">New here? <a href="${action}?screen=register">Create an account</a></p>
      <section class="people" aria-labelledby="people">
        <h2 id="people">Or, with one click, as</h2>
        ${people.map((person) => personButton(action, person))}
      </section>`,
    lang,
  );
}

function personButton(
  action: string,
  { username, password = defaultPassword, claims, roles }: Person,
): Html {
  const name = claims.name ?? username;
  const detail = claims.email ?? "has a username only";
  return html`<form method="post" action="${action}/sign-in">
    <input type="hidden" name="identifier" value="${username}" />
    <input type="hidden" name="password" value="${password}" />
    <button class="person">
      <span class="initial" aria-hidden="true">${name.charAt(0).toUpperCase()}</span>
      <span><b>${name}</b><span>${detail}</span></span>
      <span class="role">${roles.join(", ")}</span>
    </button>
  </form>`;
}

/** Asks for username and password; name and e-mail address are optional. */
export function registerPage(form: FormPage): string {
  const { action, applicationName, rejected, hint, lang } = form;
  const values = rejected?.values ?? { [hint?.includes("@") ? "email" : "username"]: hint };
  return page(
    "Create an account",
    html`<h1>Create an account</h1>
      <p class="lead">to continue to ${applicationName}</p>
      ${errorMessage(rejected)}
      <form method="post" action="${action}/register">
        ${field({
          name: "username",
          label: "Username",
          autocomplete: "username",
          value: values.username,
          autofocus: true,
        })}
        ${field({
          name: "password",
          label: "Password",
          note: "8 characters or more",
          autocomplete: "new-password",
          type: "password",
        })}
        ${field({ name: "name", label: "Name", autocomplete: "name", optional: true, value: values.name })}
        ${field({
          name: "email",
          label: "E-mail",
          autocomplete: "email",
          type: "email",
          optional: true,
          value: values.email,
        })}
        <button class="primary">Create account</button>
      </form>
      <a class="secondary" href="${action}?screen=email-register">Continue with an e-mail code</a>
      <p class="switch">Already have one? <a href="${action}?screen=sign-in">Sign in</a></p>`,
    lang,
  );
}
