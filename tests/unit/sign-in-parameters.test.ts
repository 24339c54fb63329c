import "./mock-request";
import { NextRequest } from "next/server";
import { expect, test, vi } from "vitest";
import { freshSignIn } from "@/lib/session/model/fresh-sign-in";
import { handleAuthRequest } from "@/lib/session/routes/auth-handlers";
import { documentOf } from "./documents";
import { variables } from "./environment";
import { log } from "./mocks";
import { requestWith } from "./request";

const issuer = variables.AUTH_LOGTO_ISSUER;
vi.mock("@/lib/logto/client", async (original) => ({
  ...(await original<object>()),
  discover: async () => documentOf(issuer),
}));

/** Posts a sign-in form of our own page. */
async function post(
  query: string,
  form: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const request = new NextRequest(`${variables.AUTH_URL}/api/auth/signin/logto${query}`, {
    method: "POST",
    headers: { origin: variables.AUTH_URL, "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams({ callbackUrl: "/profile", ...form }),
  });
  return (await requestWith()).run(() => handleAuthRequest(request));
}
const location = (response: Response) => new URL(response.headers.get("location") ?? "");
const rejected = "https://app.example/sign-in?error=SignInParameterError&callbackUrl=%2Fprofile";

test.each([
  "?scope=openid+admin",
  "?redirect_uri=https%3A%2F%2Fevil.example%2F",
  "?prompt=none",
  "?max_age=soon",
  "?first_screen=admin",
  "?callbackUrl=%2Fprofile",
  "?__proto__=x",
])(
  "%s does not reach Logto: the sign-in page says so, and keeps the page to return to",
  async (query) => {
    const response = await post(query);
    expect(location(response).href).toBe(rejected);
    expect(response.headers.getSetCookie()).toEqual([]);
  },
);

test("a field of the form that is no parameter does not reach Logto, either", async () => {
  expect(location(await post("", { scope: "openid admin" })).href).toBe(rejected);
});

test("a script gets the address of the sign-in page as JSON", async () => {
  const response = await post("?scope=admin", {}, { "x-auth-return-redirect": "1" });
  expect(await response.json()).toEqual({ url: rejected });
});

test("the log names what was rejected, without its value", async () => {
  await post("?scope=hidden&eyJhbGciOiJ.x=1");
  expect(log.warn).toHaveBeenCalledExactlyOnceWith("SignInParameterError", {
    reason: "not allowed: scope, (no parameter's name)",
  });
});

test.each([
  ["?first_screen=register", {}, { first_screen: "register", prompt: "consent" }],
  ["", { first_screen: "register" }, { first_screen: "register" }],
  ["?first_screen=sign_in", { first_screen: "register" }, { first_screen: "register" }],
  [`?${new URLSearchParams(freshSignIn).toString()}`, {}, freshSignIn],
])("%s with the fields %o begins a sign-in", async (query, form, expected) => {
  const { origin, searchParams } = location(await post(query, form));
  expect(origin).toBe(new URL(issuer).origin);
  expect(Object.fromEntries(searchParams)).toMatchObject(expected);
});
