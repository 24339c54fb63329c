import type { Session } from "@/lib/session/model/session";
import { cookieStore } from "@/lib/session/stores/cookie-store";

/** Whether the cookie store finds no session in a cookie, because it ended or expired. */
export const isEnded = async (token: Session): Promise<boolean> =>
  (await cookieStore.read(await cookieStore.begin(token, { userAgent: null }))) === undefined;

/** Clears in-memory state of this process, as a restart does. @param names of `processWide` */
export function forget(...names: string[]): void {
  for (const name of names)
    Reflect.deleteProperty(globalThis, Symbol.for(`next-logto-starter.${name}`));
}
