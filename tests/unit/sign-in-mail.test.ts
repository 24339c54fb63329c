import { describe, expect, test } from "vitest";
import { signInMail } from "@/lib/mail/sign-in-mail";

const url =
  "https://app.example.com/api/auth/callback/email?callbackUrl=%2Faccount&token=5f2c&email=a%40b.example";
const mail = (changes: Partial<Parameters<typeof signInMail>[0]> = {}) =>
  signInMail({ url, host: "app.example.com", expires: new Date("2026-11-22T08:45:00Z"), ...changes });

/** What a reader of the HTML would copy: its text, entities resolved. */
const readable = (html: string) =>
  html
    .replace(/<style>.*<\/style>|<[^>]*>/gs, "")
    .replaceAll("&amp;", "&")
    .replaceAll("&#8203;", "");

describe("the mail with a sign-in link", () => {
  test("names the site in its subject", () => {
    expect(mail().subject).toBe("Sign in to app.example.com");
  });

  test.each(["text", "html"] as const)("has the link and until when it works as %s", (kind) => {
    const text = kind === "text" ? mail().text : readable(mail().html);
    expect(text).toContain(url);
    expect(text).toContain("The link works once, until November 22, 2026 at 08:45 UTC.");
  });

  test("has the link alone on its line of the text, so that no client cuts it off", () => {
    expect(mail().text.split("\n")).toContain(url);
  });

  test("has one link in the HTML, to the address unchanged", () => {
    const links = [...mail().html.matchAll(/href="([^"]*)"/g)].map(([, href]) =>
      href?.replaceAll("&amp;", "&"),
    );
    expect(links).toEqual([url]);
  });

  test("escapes what could be markup", () => {
    const { html } = mail({
      host: `<img src=x onerror="alert('1')">&`,
      url: `https://a.example/?"><script>&'`,
    });
    expect(html).not.toMatch(/<img|<script|"alert|onerror="/);
    expect(html).toContain("&lt;img");
    expect(html).toContain('href="https://a.example/?&quot;&gt;&lt;script&gt;&amp;&#39;"');
  });

  test("fetches nothing: no picture, no font, no style sheet", () => {
    expect(mail().html).not.toMatch(/<img|<link|<script|url\(|@import|src=/);
  });
});
