import "server-only";
import { redirect } from "next/navigation";
import { asSessionError } from "./errors";

/**
 * Has a page say why an action of its forms could not be done, by `?error=` and the error's code, or has the page's guard send
 * to sign in. An error that an action throws is, without JavaScript, an empty page.
 *
 * @param page its path
 */
export function explained<Rest extends unknown[]>(page: string, action: (...rest: Rest) => Promise<void>) {
  return (...rest: Rest): Promise<void> =>
    action(...rest).catch((error: unknown) => {
      const { code, status } = asSessionError(error);
      redirect(status === 401 ? page : `${page}?error=${code}`);
    });
}
