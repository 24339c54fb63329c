import { parseArgs } from "node:util";
import { devClient, seedPassword, seedPeople } from "./seed";
import { startIdentity } from "./server";

/**
 * Runs the stand-in alone: `node --import tsx packages/logto-stand-in/src/main.ts --port 3001 --redirect
 * http://localhost:3000/api/auth/callback/logto`
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3001" },
    redirect: {
      type: "string",
      multiple: true,
      default: ["http://localhost:3000/api/auth/callback/logto"],
    },
    "post-logout": { type: "string", multiple: true },
    backchannel: { type: "string" },
    data: { type: "string" },
    control: { type: "boolean", default: false },
  },
});

const identity = await startIdentity({
  port: Number(values.port),
  clients: [
    {
      ...devClient,
      redirectUris: values.redirect,
      postLogoutRedirectUris: values["post-logout"] ?? values.redirect.flatMap(originOf),
      backchannelLogoutUri: values.backchannel,
    },
  ],
  dataFile: values.data,
  control: values.control,
  onMail: ({ to, subject, text }) => console.log(`\nMail to ${to}: ${subject}\n\n${text}\n`),
});

console.log(`Issuer         ${identity.issuer}`);
console.log(`Client id      ${devClient.clientId}`);
console.log(`Client secret  ${devClient.clientSecret}`);
console.log(
  `Sign in as     ${seedPeople.map(({ username }) => username).join(", ")} (password ${seedPassword})`,
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void identity.close().then(() => process.exit(0)));
}

/**
 * Returns the origin with and without a trailing slash, because the provider compares URIs exactly.
 */
function originOf(uri: string): string[] {
  const { origin } = new URL(uri);
  return [origin, `${origin}/`];
}
