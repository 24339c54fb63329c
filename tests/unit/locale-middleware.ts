import { NextResponse, type NextRequest } from "next/server";
import { only } from "@/lib/session/routes/protected-paths";
import { updateSession } from "@/lib/session/routes/update-session";

/**
 * Behaves as next-intl 4.15 does where all locales have the same paths. Redirects a path without a
 * locale to the path with one. Otherwise passes the locale to the page in a request header and sets
 * a cookie in the browser. Rewrites a localized path to the page's internal path.
 */
function createIntlMiddleware({
  locales,
  defaultLocale,
}: {
  locales: string[];
  defaultLocale: string;
}) {
  return (request: NextRequest): NextResponse => {
    const { pathname, search } = request.nextUrl;
    const [, first = "", ...rest] = pathname.split("/");
    if (!locales.includes(first)) {
      const locale = request.cookies.get("NEXT_LOCALE")?.value ?? defaultLocale;
      return NextResponse.redirect(new URL(`/${locale}${pathname}${search}`, request.url));
    }
    const headers = new Headers(request.headers);
    headers.set("x-next-intl-locale", first);
    const init = { request: { headers } };
    const response =
      rest[0] === "profil"
        ? NextResponse.rewrite(new URL(`/${first}/profile${search}`, request.url), init)
        : NextResponse.next(init);
    response.cookies.set("NEXT_LOCALE", first, { sameSite: "lax" });
    response.headers.set("link", `<${request.nextUrl.origin}/en>; rel="alternate"; hreflang="en"`);
    return response;
  };
}

const locales = ["en", "de"];
const intl = createIntlMiddleware({ locales, defaultLocale: "en" });
const protection = only(["/profile", "/profil"], { locales });

/** Pages have a locale. Route handlers and files such as /icon.svg do not. */
const respond = (request: NextRequest) =>
  /^\/api\/|\.\w+$/.test(request.nextUrl.pathname) ? NextResponse.next() : intl(request);

export const middleware = (request: NextRequest) => updateSession(request, protection, respond);
