/** One way to protect something. */
interface Protection {
  /** The path of its page or handler. */
  href: string;
  /** What it protects, as the overview lists it. */
  protects: string;
  /** The guard that protects it. */
  guard: string;
  file: string;
  /** An excerpt of the file, with `…` for omitted lines. A test compares it with the file. */
  code: string;
}

/** An example that has a page. */
export interface Example extends Protection {
  title: string;
  description: string;
}

const server: Example = {
  href: "/examples/server",
  title: "A page for signed-in people",
  description:
    "Guard and page are one. A visitor who is not signed in gets a real redirect (307) to the sign-in page and returns here after signing in.",
  protects: "A page, for signed-in users",
  guard: "protectedPage({}, …)",
  file: "app/(protected)/examples/server/page.tsx",
  code: `export default protectedPage({}, async ({ session }) => {
  …
});`,
};

const middleware: Example = {
  href: "/examples/middleware",
  title: "A page that middleware guards, too",
  description:
    "Middleware sends visitors without a session away before anything is rendered. The page still has its own guard, because middleware has been bypassed before.",
  protects: "All pages under a path, before they render",
  guard: "only(pages)",
  file: "middleware.ts",
  code: `const protection = only([
  …
  "/examples/middleware",
]);`,
};

const role: Example = {
  href: "/examples/admin",
  title: "A page for a role",
  description:
    "Roles are assigned in Logto and come with the session, at most as old as its access token. A user without the role stays at this address and reads that they have no access.",
  protects: "A page, for users with a role",
  guard: 'protectedPage({ role: "admin" }, …)',
  file: "app/(protected)/examples/admin/page.tsx",
  code: `export default protectedPage({ role: "admin" }, async ({ session }) => {
  …
});`,
};

const permission: Example = {
  href: "/examples/permission",
  title: "A page for a permission",
  description:
    "A permission is a scope of an API resource. The guard gets an access token for the resource and checks whether Logto granted the scope. Here the scope is write, or else the first permission in LOGTO_SCOPES; the resource is API_RESOURCE, or else the first in LOGTO_RESOURCES.",
  protects: "A page, for users with a permission at an API",
  guard: "protectedPage({ permission }, …)",
  file: "app/(protected)/examples/permission/page.tsx",
  code: `/** For example \`{ permission: { scope: "write", resource: "https://api.example.com" } }\`. */
async function apiRequirement() {
  return { permission: apiPermission() };
}

export default protectedPage(apiRequirement, async ({ session }) => {
  …
});`,
};

const organization: Example = {
  href: "/examples/organization",
  title: "A page of an organization",
  description:
    "The organization comes from the address, so the guard checks that the user is a member of it, and an admin there. An organization of others and one that does not exist look the same.",
  protects: "A page, for members of an organization",
  guard: "protectedPage(adminOf, …)",
  file: "app/(protected)/examples/organization/[id]/page.tsx",
  code: `async function adminOf({ params }: PageProps<"/examples/organization/[id]">) {
  return { organization: { id: (await params).id, role: "admin" } };
}

export default protectedPage(adminOf, async ({ session, params }) => {
  …
});`,
};

const action: Example = {
  href: "/examples/action",
  title: "Server actions",
  description:
    "Anyone who knows an action's id can call it, whatever page it belongs to. So each action has its own guard: saving a note requires a session, deleting it requires the role admin.",
  protects: "A server action",
  guard: "actionWithSession(action, { role })",
  file: "app/(protected)/examples/action/actions.ts",
  code: `/** Deletes the note. Requires the role \`admin\`. */
export const deleteNote = withOutcome(
  actionWithSession(
    async () => {
      (await cookies()).delete(note);
    },
    { role: "admin" },
  ),
);`,
};

const handler: Protection = {
  href: "/api/examples/role",
  protects: "A route handler",
  guard: "withSession(handler, { role })",
  file: "app/api/examples/role/route.ts",
  code: `export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
  role: "admin",
});`,
};

const fresh: Protection = {
  href: "/api/examples/fresh",
  protects: "A route handler, for users whose role counts now",
  guard: "withSession(handler, { role, fresh })",
  file: "app/api/examples/fresh/route.ts",
  code: `export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
  role: "admin",
  fresh: true,
});`,
};

const freshSignIn: Example = {
  href: "/examples/step-up",
  title: "A form that needs a recent sign-in",
  description:
    "Before the form is filled in, the page asks the user to sign in again if that was more than five minutes ago. The action checks it again, with time for the form. A handler responds with 401 and the challenge of RFC 9470.",
  protects: "A page and its action, for users who signed in just now",
  guard: "protectedPage({ freshWithin }, …)",
  file: "app/(protected)/examples/step-up/page.tsx",
  code: `export default protectedPage({ freshWithin: 5 * 60 }, async () => {
  …
});`,
};

const secondFactor: Example = {
  href: "/examples/step-up/second-factor",
  title: "A page that needs a second factor",
  description:
    "Logto 1.46 or later says in each id_token how the user authenticated. If a second factor is missing, the page offers to add it: Logto asks for what is missing, and the user returns here.",
  protects: "A page, for users who signed in with a second factor",
  guard: "protectedPage({ acr }, …)",
  file: "app/(protected)/examples/step-up/second-factor/page.tsx",
  code: `export default protectedPage({ acr: "urn:logto:acr:mfa" }, async ({ session }) => (
  …
));`,
};

const client: Example = {
  href: "/examples/client",
  title: "A page that the browser draws",
  description:
    "The server provides the first session, so nothing flashes while the page loads. The browser then keeps checking, and notices a sign-out in another tab. Secret data comes from a protected handler.",
  protects: "What a client component shows",
  guard: "useSession() and a handler",
  file: "app/(public)/examples/client/page.tsx",
  code: `<SessionProvider session={session} refetchInterval={60} refetchWhenOffline={false}>
  <RefetchSession />
  <Permissions />
</SessionProvider>`,
};

/** The examples, in the order of the overview. */
export const examples = {
  server,
  middleware,
  role,
  permission,
  organization,
  handler,
  action,
  fresh,
  freshSignIn,
  secondFactor,
  client,
};
