import { describe, expect, test, vi } from "vitest";
import { parseEnv } from "@/lib/env";
import { linkParameters } from "@/lib/session/link-parameters";
import { parseSignInParameters } from "@/lib/session/model/sign-in-parameters";
import { complete } from "./env-problems";
import { log } from "./mocks";
import { redirectOf } from "./redirect";

vi.mock("@/lib/log", () => import("./mocks"));

const long = (length: number) => "x".repeat(length);

describe("the parameters of a sign-in", () => {
  test.each([
    { login_hint: "alice" },
    { login_hint: "홍길동@example.com" },
    { direct_sign_in: "social:google" },
    { direct_sign_in: "sso:2k9x_1-a" },
    { ui_locales: "fr-CA fr en" },
    { organization_id: "r6f1s9e4ok2m" },
    { one_time_token: long(32), login_hint: "bob@example.com" },
  ])("may be %o", (values) => {
    expect(parseSignInParameters(values).parameters).toEqual(values);
  });

  test.each([
    ["login_hint", long(257)],
    ["login_hint", "two\nlines"],
    ["direct_sign_in", "google"],
    ["direct_sign_in", "https://evil.example"],
    ["direct_sign_in", "social:../../callback"],
    ["direct_sign_in", `social:${long(129)}`],
    ["ui_locales", "en,fr"],
    ["ui_locales", "english_uk"],
    ["ui_locales", `en ${"fr ".repeat(40)}`],
    ["organization_id", "a b"],
    ["organization_id", long(22)],
    ["one_time_token", long(32)],
    ["one_time_token", "a b"],
    ["login_hint", ["alice", "bob"]],
  ])("must not be %s=%j", (name, value) => {
    const { parameters, rejection } = parseSignInParameters({ [name]: value });
    expect(parameters).toBeUndefined();
    expect(rejection?.message).toBe(`not allowed: ${name}`);
  });

  test("are absent without a value", () => {
    expect(parseSignInParameters({ login_hint: "" }).parameters).toEqual({});
  });

  test("need an e-mail address with a one-time token", () => {
    const values = { one_time_token: long(32), login_hint: "bob" };
    expect(parseSignInParameters(values).rejection?.message).toBe("not allowed: one_time_token");
  });
});

describe("a link to the sign-in page", () => {
  test("sets these parameters only", () => {
    const query = { login_hint: "bob", callbackUrl: "/x", utm_source: "mail", prompt: "login" };
    expect(linkParameters(query, "/x")).toEqual({ login_hint: "bob" });
  });

  test("with an invalid one leads to the sign-in page that says so, and the log has no value", async () => {
    const query = { first_screen: "hidden", login_hint: "bob" };
    expect(await redirectOf(async () => linkParameters(query, "/profile?tab=4"))).toContain(
      "/sign-in?error=SignInParameterError&callbackUrl=%2Fprofile%3Ftab%3D4",
    );
    expect(log.warn).toHaveBeenCalledExactlyOnceWith("SignInParameterError", {
      reason: "not allowed: first_screen",
    });
  });
});

test("LOGTO_SOCIAL lists connectors with the names on their buttons", () => {
  expect(
    parseEnv(complete({ LOGTO_SOCIAL: "google:Google, aad: Microsoft: work," })),
  ).toMatchObject({
    LOGTO_SOCIAL: [
      { target: "google", name: "Google" },
      { target: "aad", name: "Microsoft: work" },
    ],
  });
});
