import { Html, html } from "./html.js";
import { page } from "./page.js";
import { defaultPassword, type Person } from "./tenant.js";

function messagePage(title: string, message: string | Html): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p class="lead">${message}</p>`,
  );
}

export function expiredPage(): string {
  const message =
    "It was left open for too long, or it belongs to another browser. Go back to the application and start again.";
  return messagePage("This sign-in has expired", message);
}

export function notFoundPage(): string {
  return messagePage("Page not found", "The stand-in has no page at this address.");
}

/** Shown at the address of Logto's Account Center, which the stand-in does not have. */
export function accountCenterPage(): string {
  return messagePage(
    "The Account Center is here",
    "In your own Logto, users change their password and profile on this page, once it is enabled in the console. This stand-in has no Account Center. Go back to the application.",
  );
}

export function signedOutPage(): string {
  return messagePage(
    "You are signed out",
    "You can close this page, or go back to the application.",
  );
}

/** Shown at the server's root: what this server is and how to sign in. */
export function homePage(issuer: string, people: Person[]): string {
  return page(
    "About",
    html`<h1>This is where you sign in while developing</h1>
      <p class="lead">
        It replaces a Logto tenant until you configure your own. Open the application and sign in
        from there.
      </p>
      <dl>
        <dt>Issuer</dt>
        <dd><code>${issuer}</code></dd>
        <dt>People</dt>
        <dd>
          <ul>
            ${people.map(personItem)}
          </ul>
        </dd>
        <dt>To use your own tenant</dt>
        <dd>set its issuer, and the id and secret of your application there</dd>
      </dl>`,
  );
}

function personItem({ username, password = defaultPassword, roles }: Person): Html {
  return html`<li>
    <code>${username}</code> ${roles.join(", ")}, password <code>${password}</code>
  </li>`;
}

/**
 * Logto's end-session page. JavaScript submits its form and there is nothing to click, so without
 * JavaScript the page does nothing (Logto facts: logout).
 * @param form the library's form, which lacks the user's confirmation.
 */
export function logoutPage(form: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Signing out</title>
      </head>
      <body onload="document.forms[0].submit()">
        ${new Html(form)}
        <input type="hidden" form="op.logoutForm" name="logout" value="yes" />
      </body>
    </html>`.markup;
}
