import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test } from "./fixtures";
import { addPerson } from "./people";
import { signIn, signInByRequests, visit } from "./requests";
import { userMenuButton } from "./steps";

const list = `/organizations/${acme.id}/invitations`;
const newAddress = () => `guest-${randomBytes(6).toString("hex")}@example.com`;
const main = (page: Page) => page.getByRole("main");
const entry = (page: Page, address: string) =>
  page.getByRole("listitem").filter({ hasText: address });

/** Invites an address as Alice does, who must be signed in. */
async function invite(page: Page, address: string, origin = ""): Promise<void> {
  await page.goto(origin + list);
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page).toHaveURL(/\?outcome=/);
}

/** The link in the newest mail to an address. */
async function linkTo(identity: StandInControl, address: string): Promise<URL> {
  const mail = (await identity.mails()).findLast(({ to }) => to === address);
  return new URL(mail?.text.split("\n")[0] ?? "");
}

test("an administrator invites a user, who signs in with the mail's link and becomes a member", async ({
  browser,
  identity,
  page,
  stage,
}) => {
  const address = newAddress();
  await signIn(page, "alice", { to: `/organizations/${acme.id}` });
  await page.getByRole("link", { name: "Invitations" }).click();
  await invite(page, address);
  await expect(main(page).getByRole("status")).toContainText("The mail is on its way");
  await expect(entry(page, address)).toBeVisible();
  const link = await linkTo(identity, address);
  const token = link.searchParams.get("one_time_token") ?? "";
  expect(link.origin).toBe(stage.url);
  expect(await page.content(), "the link is in the mail alone").not.toContain(token);
  const invitation = link.searchParams.get("callbackUrl") ?? "";
  await page.goto(invitation);
  await expect(main(page)).toContainText("it is not for alice@example.com");
  await expect(main(page)).not.toContainText("Acme");

  const guest = await browser.newContext({ baseURL: stage.url });
  const guestPage = await guest.newPage();
  await test.step("a program that scans mails opens the link", async () => {
    await guestPage.goto(link.href);
    await guestPage.goto(link.href);
  });
  await guestPage.getByRole("button", { name: `Sign in as ${address}` }).click();
  await expect(guestPage).toHaveURL(stage.url + invitation);
  await expect(main(guestPage)).toContainText(`Alice Kim invites ${address} to the organization`);
  await guestPage.getByRole("button", { name: "Accept the invitation" }).click();
  await expect(guestPage).toHaveURL(`${stage.url}/organizations/${acme.id}`);
  await expect(guestPage.getByRole("heading", { level: 1 })).toHaveText("Acme");
  await expect(guestPage.getByRole("region", { name: "Your roles" })).toContainText("member");
  const session = await (await guest.request.get("/api/auth/session")).json();
  expect(session).toMatchObject({ user: { organizations: [acme.id], email: address } });
  await guestPage.goto(invitation);
  await expect(guestPage).toHaveURL(`${stage.url}/organizations/${acme.id}`);
  await guest.close();

  await invite(page, address);
  await expect(entry(page, address)).toHaveCount(0);
  await expect(main(page).getByRole("alert")).toContainText("This person is a member already");
  expect(stage.log()).toContain("invitation accepted");
  expect(stage.log()).not.toContain(token);
});

test(
  "a mail sent again replaces the user who is signed in, and revoking ends its link",
  { tag: "@once" },
  async ({ identity, page, stage }) => {
    const email = newAddress();
    await addPerson(identity, { claims: { name: "Mia Guest", email } });
    await signIn(page, "alice");
    await invite(page, email);
    await entry(page, email).getByRole("button", { name: "Send again" }).click();
    await expect(main(page).getByRole("status")).toContainText("The mail is on its way");
    const follow = async (link: URL) => {
      await page.goto(link.href);
      await page.getByRole("button", { name: `Sign in as ${email}` }).click();
    };
    await follow(await linkTo(identity, email));
    await expect(userMenuButton(page, "Mia Guest")).toBeVisible();
    await expect(main(page)).toContainText(`Alice Kim invites ${email}`);

    await page.context().clearCookies();
    await signIn(page, "alice", { to: list });
    await entry(page, email).getByRole("button", { name: "Send again" }).click();
    await expect(main(page).getByRole("status")).toContainText("The mail is on its way");
    await entry(page, email).getByRole("button", { name: "Revoke" }).click();
    await expect(main(page).getByRole("status")).toContainText("was revoked");
    await follow(await linkTo(identity, email));
    await expect(page.getByText("The token was revoked")).toBeVisible();
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
    await expect(main(page)).toContainText("Logto does not respond");
    await control.clearFaults();
    await control.inject({ ...outage, kind: "delay", delayMs: 1_000, times: 1 });
    const address = newAddress();
    await invite(page, address, app.url);
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
      await page.goto((await linkTo(identity, address)).href);
      await page.getByRole("button", { name: `Sign in as ${address}` }).click();
      await page.getByRole("button", { name: "Accept the invitation" }).click();
      await expect(page).toHaveURL(`${stage.url}/organizations/${acme.id}`);
    },
  );
});
