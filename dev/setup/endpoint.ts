import { SetupError } from "./error";

const whereToFind =
  'The endpoint is "Logto endpoint" on the application\'s page in the console, such as https://your-tenant.logto.app.';

/**
 * Derives the issuer from any address that users may copy from Logto's console: the endpoint, the
 * issuer, the discovery document, or the console itself.
 *
 * @throws SetupError if the issuer can't be derived
 */
export function issuerFrom(text: string): string {
  const typed = text.trim();
  const scheme = /^(localhost|127\.|\[::1\])/.test(typed) ? "http" : "https";
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(typed) ? typed : `${scheme}://${typed}`;
  if (!URL.canParse(address)) throw new SetupError(`"${typed}" is not an address. ${whereToFind}`);
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol))
    throw new SetupError(`${url.protocol}// is not a web address. ${whereToFind}`);
  const [, first = ""] = url.pathname.split("/");
  const isCloud = url.hostname === "cloud.logto.io";
  // In Logto Cloud's console, the tenant id is the first part of the path.
  if (isCloud && /^[a-z\d]{6}$/.test(first)) return `https://${first}.logto.app/oidc`;
  // A self-hosted Logto has its console on the next port, by default.
  if (first === "console" && url.port === "3002") url.port = "3001";
  else if (isCloud || first === "console")
    throw new SetupError(`That is Logto's console. ${whereToFind}`);
  return `${url.origin}/oidc`;
}
