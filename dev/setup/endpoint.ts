import { SetupError } from "./prompt";

const whereItIs =
  'The endpoint is "Logto endpoint" on the application\'s page in the console, such as https://your-tenant.logto.app.';

/**
 * The issuer of whatever people copy from Logto's console: endpoint, issuer, the address of the
 * discovery document, or that of the console itself.
 *
 * @throws SetupError where no issuer can be told from it
 */
export function issuerFrom(text: string): string {
  const typed = text.trim();
  const scheme = /^(localhost|127\.|\[::1\])/.test(typed) ? "http" : "https";
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(typed) ? typed : `${scheme}://${typed}`;
  if (!URL.canParse(address)) throw new SetupError(`"${typed}" is no address. ${whereItIs}`);
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol))
    throw new SetupError(`${url.protocol}// is no web address. ${whereItIs}`);
  const [, first = ""] = url.pathname.split("/");
  if (url.hostname === "cloud.logto.io") {
    // Logto Cloud's console names the tenant first.
    if (!/^[a-z\d]{6}$/.test(first)) throw new SetupError(`That is Logto's console. ${whereItIs}`);
    return `https://${first}.logto.app/oidc`;
  }
  // One of your own has the console on the port after its own, by default.
  if (first === "console" && url.port === "3002") url.port = "3001";
  else if (first === "console") throw new SetupError(`That is Logto's console. ${whereItIs}`);
  return `${url.origin}/oidc`;
}
