// `npm run db:…`
import { begin } from "./begin.mjs";

await begin(async (root, args) =>
  (await import("./database/commands")).runDatabaseCommand(root, args),
);
