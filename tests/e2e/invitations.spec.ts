import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test } from "./fixtures";
import { addPerson } from "./people";
import { crossSite, signIn, signInByRequests, visit } from "./requests";
import { userMenuButton } from "./steps";

const list = `/organizations/${acme.id}/invitations`;
const newAddress = () => `guest-${randomBytes(6).toString("hex")}@example.com`;
const entry = (page: Page, address: string) =>
  page.getByRole("listitem").filter({ hasText: address });

/** Invites an address as Alice does, who must be signed in. */
async function invite(page: Page, address: string): Promise<void> {
  await page.goto(`/organizations/${acme.id}`);
  await page.getByRole("link", { name: "Invitations" }).click();
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page).toHaveURL(/\?outcome=/);
}

/** The path of the link in the newest mail to an address. */
async function linkTo(identity: StandInControl, address: string): Promise<string> {
  const mail = (await identity.mails()).findLast(({ to }) => to === address);
  return new URL(mail?.text.split("\n")[0] ?? "").pathname;
}

test("an administrator invites a user, who accepts in one step and is a member", async ({
  browser,
  identity,
  page,
  stage,
}) => {
  const address = newAddress();
  await signIn(page, "alice");
  await invite(page, address);
  await expect(page.getByRole("main").getByRole("status")).toContainText("The mail is on its way");
  await expect(entry(page, address)).toBeVisible();
  const link = await linkTo(identity, address);
  expect(await page.content(), "the link is in the mail alone").not.toContain(link);

  const guest = await browser.newContext({ baseURL: stage.url });
  const guestPage = await guest.newPage();
  await test.step("a program that scans mails opens the link", async () => {
    await guestPage.goto(link);
    await guestPage.goto(link);
  });
  await expect(guestPage.getByRole("main")).toContainText(
    "Alice Kim invites you to the organization Acme",
  );
  await guestPage.getByRole("button", { name: `Accept as ${address}` }).click();
  await expect(guestPage).toHaveURL(`${stage.url}/organizations/${acme.id}`);
  await expect(guestPage.getByRole("heading", { level: 1 })).toHaveText("Acme");
  await expect(guestPage.getByRole("region", { name: "Your roles" })).toContainText("member");
  const session = await (await guest.request.get("/api/auth/session")).json();
  expect(session).toMatchObject({ user: { organizations: [acme.id], email: address } });

  await test.step("the link works once", async () => {
    await guest.clearCookies();
    await guestPage.goto(link);
    await expect(guestPage.getByRole("heading", { level: 1 })).toHaveText(
      "This invitation is not open",
    );
    const headers = { origin: stage.url, "sec-fetch-site": "same-origin" };
    const posted = await guest.request.post(`/api${link}`, { headers, maxRedirects: 0 });
    expect(posted.headers().location).toBe(stage.url + link);
  });
  await guest.close();
  await page.reload();
  await expect(entry(page, address)).toHaveCount(0);
  await invite(page, address);
  await expect(page.getByRole("main").getByRole("alert")).toContainText(
    "This person is a member already",
  );
  expect(stage.log()).toContain("invitation accepted");
  expect(stage.log()).not.toContain(link.split(".")[1]);
});

test(
  "an invitation replaces the user who is signed in, and a mail sent again has a link",
  { tag: "@once" },
  async ({ identity, page, stage }) => {
    const email = newAddress();
    await addPerson(identity, { claims: { name: "Mia Guest", email } });
    await signIn(page, "alice");
    await invite(page, email);
    await entry(page, email).getByRole("button", { name: "Send again" }).click();
    await expect(page.getByRole("main").getByRole("status")).toContainText(
      "The mail is on its way",
    );
    await page.goto(await linkTo(identity, email));
    await page.getByRole("button", { name: /^Accept as/ }).click();
    await expect(page).toHaveURL(`${stage.url}/organizations/${acme.id}`);
    await expect(userMenuButton(page, "Mia Guest")).toBeVisible();
  },
);

test(
  "a revoked invitation, a changed link and another site's form do nothing",
  { tag: "@once" },
  async ({ context, identity, page, stage }) => {
    const address = newAddress();
    await signIn(page, "alice");
    await invite(page, address);
    const link = await linkTo(identity, address);
    const oneTimeTokens = async () =>
      (await identity.issued()).filter(({ kind }) => kind === "one_time_token").length;
    const before = await oneTimeTokens();
    const foreign = await context.request.post(`/api${link}`, {
      headers: crossSite,
      maxRedirects: 0,
    });
    expect(foreign.status()).toBe(403);
    await entry(page, address).getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByRole("main").getByRole("status")).toContainText("was revoked");
    await page.goto(link);
    await expect(page.getByRole("main")).toContainText("It was withdrawn");
    await page.goto(link.replace(/.$/, (last) => (last === "A" ? "E" : "A")));
    await expect(page.getByRole("main")).toContainText("The link is incomplete or wrong");
    expect(await oneTimeTokens()).toBe(before);
    expect(stage.log()).toContain("invitation revoked");
  },
);

test("who may not invite sees no invitations", { tag: "@once" }, async ({ context }) => {
  await signInByRequests(context, "bob");
  expect(await (await visit(context, list)).text()).toContain("have access to this page");
  const own = await (await visit(context, `/organizations/${acme.id}`)).text();
  expect(own).not.toContain("/invitations");
  const other = await visit(context, `/organizations/${globex.id}/invitations`);
  expect(await other.text()).toContain("have access to this page");
});

test(
  "while Logto does not respond, pages say so, and an invitation is not lost",
  { tag: "@once" },
  async ({ page, startOwn }) => {
    const { app, control } = await startOwn();
    const outage = { endpoint: "token", grant: "client_credentials", when: "before" } as const;
    await signIn(page, "alice", { origin: app.url });
    await control.inject({ ...outage, kind: "status", status: 503 });
    await page.goto(app.url + list);
    await expect(page.getByRole("main")).toContainText("Logto does not respond");
    await control.clearFaults();
    await control.inject({ ...outage, kind: "delay", delayMs: 1_000, times: 1 });
    const address = newAddress();
    await page.goto(app.url + list);
    await page.getByLabel("E-mail address").fill(address);
    await page.getByRole("button", { name: "Send the invitation" }).click();
    await expect(entry(page, address)).toBeVisible();
  },
);

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test(
    "inviting, revoking and accepting work",
    { tag: "@once" },
    async ({ identity, page, stage }) => {
      const address = newAddress();
      await signIn(page, "alice");
      await invite(page, address);
      await entry(page, address).getByRole("button", { name: "Revoke" }).click();
      await expect(entry(page, address)).toHaveCount(0);
      await invite(page, address);
      // Logto needs JavaScript to replace one user with another.
      await page.context().clearCookies();
      await page.goto(await linkTo(identity, address));
      await page.getByRole("button", { name: /^Accept as/ }).click();
      await expect(page).toHaveURL(`${stage.url}/organizations/${acme.id}`);
    },
  );
});
