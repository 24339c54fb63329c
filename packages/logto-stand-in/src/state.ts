import { generateKeyPairSync, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Clock } from "./clock.js";
import { DataFile } from "./data-file.js";
import { Directory, organizationSchema, userSchema } from "./directory.js";
import { OneTimeTokens } from "./one-time-tokens.js";
import { Records, recordsSchema } from "./records.js";
import { usersOf, type Tenant } from "./tenant.js";

const jwkSchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-384"),
  kid: z.string(),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
export type SigningKey = z.infer<typeof jwkSchema>;

const stateSchema = z.object({
  version: z.literal(1),
  signingKey: jwkSchema,
  cookieKeys: z.array(z.string()).min(1),
  users: z.array(userSchema),
  organizations: z.array(organizationSchema),
  records: recordsSchema,
});

/** Everything that has to survive a restart. */
export interface State {
  signingKey: SigningKey;
  cookieKeys: string[];
  directory: Directory;
  records: Records;
  oneTimeTokens: OneTimeTokens;
  /** Writes pending changes now. */
  flush(): void;
}

/** Reads the state from the file at `path`, or starts with the tenant's people and new keys. */
export async function openState(
  path: string | undefined,
  tenant: Tenant,
  clock: Clock,
): Promise<State> {
  const file = new DataFile(path);
  const stored = file.read((content) => stateSchema.parse(content)) ?? {
    signingKey: newSigningKey(),
    cookieKeys: [randomBytes(32).toString("base64url")],
    users: await usersOf(tenant, clock()),
    organizations: tenant.organizations,
    records: [],
  };
  const { signingKey, cookieKeys } = stored;
  const directory = new Directory(
    tenant,
    stored.users,
    stored.organizations,
    clock,
    file.scheduleWrite,
  );
  const records = new Records(stored.records, clock, file.scheduleWrite);
  file.setContent(() => ({
    version: 1,
    signingKey,
    cookieKeys,
    users: [...directory.users.values()],
    organizations: [...directory.organizations.values()],
    records,
  }));
  file.scheduleWrite();
  const oneTimeTokens = new OneTimeTokens(records);
  return { signingKey, cookieKeys, directory, records, oneTimeTokens, flush: () => file.flush() };
}

function newSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  return jwkSchema.parse({
    ...privateKey.export({ format: "jwk" }),
    kid: randomBytes(16).toString("base64url"),
  });
}
