import type { Feature } from "../feature";

export default {
  what: "step-up: guards that require a recent sign-in, or a second factor",
  paths: ["lib/session/model/step-up.ts", "tests/unit/step-up.test.ts"],
  lines: {
    "CHANGELOG.md": ["- **Step-up**: a guard can require a recent sign-in, or a second factor."],
    "docs/protecting.md": [
      "| what needs a recent sign-in, or two factors | `{ freshWithin: 300 }`, `{ acr }` in any guard | [`examples/step-up`](<../app/(protected)/examples/step-up/page.tsx>) |",
      '- `freshWithin: 300` and `acr: "urn:logto:acr:mfa"`: how the user signed in ([below](#step-up)).',
      "| signed in too long ago, or too weakly | offers to sign in again, at the same address | 401 with the challenge of RFC 9470 | throws `sign_in_again` or `stronger_sign_in_needed` |",
    ],
    "lib/session/guards.ts": [
      "currentSession,",
      'import { checkStepUp, requiresStepUp } from "./model/step-up";',
      `* | signed in too long ago | offers to sign in again | 401 | throws \`sign_in_again\` |
       * | signed in too weakly | offers to sign in again | 401 | throws \`stronger_sign_in_needed\` |`,
      "if (requiresStepUp(requirement)) checkStepUp(await currentSession(), requirement);",
    ],
    "lib/session/model/error-messages.ts": [
      `/** The user authenticated in a weaker way, or with fewer factors. */
       stronger_sign_in_needed: {
         status: 401,
         tone: "warning",
         title: "This needs a stronger proof of who you are",
         text: "Sign in again, and Logto asks for it: a second factor, for example. If your account has none yet, set one up at Logto first.",
         remedy: "authenticate",
         parameters: { prompt: "consent", acr_values: "urn:logto:acr:mfa" },
       },`,
      `StepUpFailed: {
         tone: "warning",
         title: "Logto could not confirm that it is you",
         text: "Your account has probably no second factor. Set one up at Logto. If you were signed in, you still are.",
       },`,
    ],
    "lib/session/model/requirement.ts": [
      'import type { AuthenticationClass } from "./step-up";',
      `/** The user authenticated at Logto at most so many seconds ago (step-up.ts). */
       freshWithin?: number | undefined;
       /** The user authenticated at Logto at least by this class, such as with a second factor. */
       acr?: AuthenticationClass | undefined;`,
    ],
    "lib/session/model/sign-in-parameters.ts": [
      `/** How the user must authenticate (step-up.ts). */
       acr_values: z.enum(["urn:logto:acr:1fa", "urn:logto:acr:mfa"]),`,
    ],
    "lib/session/routes/auth-handlers.ts": [
      `/** Whether the user could not authenticate in the way that a guard requires (step-up.ts). */
       const isUnmet = ({ logtoError = "" }: SignInContext) =>
         logtoError.startsWith("unmet_authentication_requirements");`,
      'if (isUnmet(context)) return withCode("StepUpFailed");',
    ],
  },
  sections: { "docs/protecting.md": ["### Step-up"] },
  beside: {
    mutate: { paths: ["tools/mutate/mutations/step-up.diff"] },
    database: {
      lines: {
        "app/(protected)/account/actions.ts": [
          `// deleteAccount checks it again.
           { freshWithin: 5 * 60 },`,
        ],
      },
    },
    examples: {
      paths: [
        "app/(protected)/examples/step-up",
        "app/api/examples/step-up",
        "tests/e2e/examples/step-up.spec.ts",
      ],
      lines: {
        "components/examples/examples.ts": [
          `const freshSignIn: Example = {
  href: "/examples/step-up",
  title: "A form that needs a recent sign-in",
  description:
    "Before the form is filled in, the page asks the user to sign in again if that was more than five minutes ago. The action checks it again, with time for the form. A handler responds with 401 and the challenge of RFC 9470.",
  protects: "A page and its action, for users who signed in just now",
  guard: "protectedPage({ freshWithin }, …)",
  file: "app/(protected)/examples/step-up/page.tsx",
  code: \`export default protectedPage({ freshWithin: 5 * 60 }, async () => {
  …
});\`,
};

const secondFactor: Example = {
  href: "/examples/step-up/second-factor",
  title: "A page that needs a second factor",
  description:
    "Logto 1.46 or later says in each id_token how the user authenticated. If a second factor is missing, the page offers to add it: Logto asks for what is missing, and the user returns here.",
  protects: "A page, for users who signed in with a second factor",
  guard: "protectedPage({ acr }, …)",
  file: "app/(protected)/examples/step-up/second-factor/page.tsx",
  code: \`export default protectedPage({ acr: "urn:logto:acr:mfa" }, async ({ session }) => (
  …
));\`,
};`,
          `freshSignIn,
           secondFactor,`,
        ],
        "tests/e2e/examples/protected-paths.ts": [
          `page("/examples/step-up"),
           page("/examples/step-up/second-factor"),`,
          'handler("/api/examples/step-up", { status: 401 }),',
          '{ action: "app/(protected)/examples/step-up/actions.ts savePayout" },',
        ],
      },
    },
  },
  traces: /model\/step-up|stronger_sign_in/,
} satisfies Feature;
