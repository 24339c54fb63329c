import { seedPassword, seedPeople } from "../../packages/logto-stand-in/src/seed";
import type { Variables } from "../environment";
import { paint, print } from "../terminal.mjs";
import type { Place } from "./place";

/** Prints one aligned row: a name, a value, and perhaps a remark. */
function printRow(name: string, value: string, remark?: string): void {
  const text = remark ? `${value.padEnd(22)} ${paint("dim", remark)}` : value;
  print(`  ${paint("bold", name.padEnd(8))} ${text}`);
}

/**
 * Prints what runs where, what is a stand-in, and how to sign in.
 *
 * @param place of the app
 * @param values the variables that are set
 * @param ports of the stand-in and the embedded Postgres, if they run
 */
export function announce(
  { appUrl, listensAt, isBehindProxy }: Place,
  values: Variables,
  ports: { identity: number | undefined; database: number | undefined },
): void {
  print();
  printRow("App", paint("cyan", appUrl));
  if (isBehindProxy)
    printRow(
      "",
      paint("dim", `from AUTH_URL; the proxy there must forward requests to ${listensAt}`),
    );
  if (ports.identity) {
    const people = seedPeople.map(({ username, roles }) => `${username} (${roles.join(", ")})`);
    printRow(
      "Logto",
      `http://localhost:${ports.identity}`,
      "a local stand-in; to use your tenant, set AUTH_LOGTO_ID, _SECRET and _ISSUER",
    );
    printRow("Sign in", `as ${people.join(", ")}; password ${seedPassword}`);
  } else {
    printRow("Logto", values.AUTH_LOGTO_ISSUER ?? "", "your tenant, from AUTH_LOGTO_ISSUER");
    printRow("", paint("dim", `redirect URI there: ${appUrl}/api/auth/callback/logto`));
  }
  printRow("Database", ...database(values.DATABASE_URL, ports.database));
  print();
}

/** The address of the database, without user and password, and a remark about it. */
function database(url: string | undefined, port: number | undefined): [string, string] {
  if (port) return [`localhost:${port}`, "an embedded Postgres; to use your own, set DATABASE_URL"];
  if (!url) return ["none", "sessions are in the cookie; `npm run dev -- --database` starts one"];
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: "", pathname: "" };
  return [`${host}${pathname}`, "from DATABASE_URL"];
}

/** Prints an e-mail that Logto would send: its code (else its first line), recipient, subject. */
export function printMail(mail: { to: string; subject: string; text: string }): void {
  const [code] = /\b\d{6}\b/.exec(mail.text) ?? mail.text.trim().split("\n");
  print();
  printRow("Mail", code ?? "", `to ${mail.to}: ${mail.subject}`);
  print();
}
