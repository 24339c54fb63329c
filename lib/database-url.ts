import { z } from "zod";

const seconds = /^\d{1,6}$/;

/**
 * The values that parameters of the URL may have. All others are passed to PostgreSQL's driver as
 * they are.
 */
const parameters: Record<string, [values: RegExp, problem: string]> = {
  // The Prisma command would migrate the other schema, while the client always uses `public`.
  schema: [/^public$/, "has a ?schema= other than public"],
  // The driver accepts any other value of `sslmode`, and encrypts with `ssl=false`.
  sslmode: [
    /^(disable|no-verify|prefer|require|verify-ca|verify-full)$/,
    "has an unknown sslmode (use disable, no-verify or verify-full)",
  ],
  ssl: [/^(true|1|0|no-verify)$/, "has an unknown value of ssl (use sslmode)"],
  // Only Prisma's own engines read these. Strict is what the driver does without them.
  sslaccept: [/^strict$/, "has sslaccept, which is not read (use sslrootcert or sslmode)"],
  sslidentity: [/^$/, "has sslidentity, which is not read (use sslcert and sslkey)"],
  sslpassword: [/^$/, "has sslpassword, which is not read (use sslcert and sslkey)"],
  connection_limit: [/^[1-9]\d{0,3}$/, "has a connection_limit that is not from 1 to 9999"],
  pool_timeout: [seconds, "has a pool_timeout that is not a number of seconds"],
  connect_timeout: [seconds, "has a connect_timeout that is not a number of seconds"],
};

/** The URL of a PostgreSQL database whose parameters do what they say. */
export const databaseUrl = z
  .url({ protocol: /^postgres(ql)?$/, error: "is not a PostgreSQL URL", abort: true })
  .superRefine((url, context) => {
    const { searchParams } = new URL(url);
    for (const [name, value] of searchParams) {
      const [values, problem] = parameters[name] ?? [];
      if (values && !values.test(value)) context.addIssue(problem ?? "");
    }
    if (searchParams.has("sslcert") && !searchParams.has("sslkey"))
      context.addIssue("has sslcert without sslkey (the CA's certificate is sslrootcert)");
  });
