import { openRows, openUsers } from "../database/storage";
import { cookiesAlone } from "./storage";

/**
 * Where the apps of a project in playwright.config.ts store sessions and users, by mode. Each app
 * gets empty storage: users of different stand-ins must not share a database.
 */
export const modes = {
  jwt: async () => cookiesAlone,
  "jwt with a database": () => openUsers("embedded"),
  database: () => openRows("postgres"),
};

export type Mode = keyof typeof modes;
