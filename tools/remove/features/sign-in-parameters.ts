import type { Feature } from "../feature";

export default {
  what: "social buttons, magic links, and parameters of a sign-in beyond the first screen",
  paths: [
    "components/session/magic-link.tsx",
    "components/session/social-buttons.tsx",
    "lib/session/link-parameters.ts",
    "tests/e2e/sign-in-parameters.spec.ts",
    "tests/unit/link-parameters.test.ts",
  ],
  lines: {
    ".env.example": [
      `# Social connectors with a button on the sign-in page, separated by commas: the connector's identity
       # provider name at Logto, and the name on the button
       #LOGTO_SOCIAL=google:Google, github:GitHub`,
    ],
    "README.ko.md": ["| `LOGTO_SOCIAL` | 없음 | 소셜 로그인 버튼 |"],
    "README.md": ["| `LOGTO_SOCIAL` | none | social sign-in buttons |"],
    "app/(auth)/sign-in/page.tsx": [
      'import { MagicLink } from "@/components/session/magic-link";',
      'import { SocialButtons } from "@/components/session/social-buttons";',
      'import { linkParameters } from "@/lib/session/link-parameters";',
      `const parameters = linkParameters(query, callbackUrl);
       if (parameters.one_time_token) return <MagicLink callbackUrl={callbackUrl} {...parameters} />;`,
      "parameters={parameters}",
      "<SocialButtons />",
    ],
    "components/session/sign-in-form.tsx": [
      'import { site } from "@/components/layout/site";',
      `// Logto's pages are in the language of this page.
       ui_locales: site.language,`,
    ],
    "dev/stand-in.ts": ['LOGTO_SOCIAL: "google:Google, github:GitHub",'],
    "lib/env.ts": [
      "/** `target:Name` of a social connector at Logto: its identity provider's name, and the button's. */\n" +
        `const socialConnector = z
           .string()
           .regex(/^[\\w.-]+:\\s*\\S/, "has an entry that is not target:Name")
           .transform((entry) => {
             const [target = "", ...name] = entry.split(":");
             return { target, name: name.join(":").trim() };
           });`,
      `LOGTO_SOCIAL: z
         .string()
         .default("")
         .transform((value) => value.split(",").flatMap((entry) => entry.trim() || []))
         .pipe(z.array(socialConnector)),`,
      'LOGTO_SOCIAL: "google:Google, github:GitHub",',
    ],
    "lib/session/model/sign-in-parameters.ts": [
      `/** Fills in the user's name, e-mail address or phone number on Logto's first page. */
       login_hint: z.string().regex(/^[^\\p{Cc}]{1,256}$/u),
       /** Opens a social or company connector in place of Logto's first page. */
       direct_sign_in: z.string().regex(/^(social|sso):[\\w.-]{1,128}$/),
       /** Languages of Logto's pages and mails in order of preference: BCP 47, separated by spaces. */
       ui_locales: z
         .string()
         .max(100)
         .regex(/^[a-z]{2,8}(-[a-z\\d]{1,8})*( [a-z]{2,8}(-[a-z\\d]{1,8})*)*$/i),
       /** The organization whose logo and colours Logto's pages have. */
       organization_id: z.string().regex(/^[\\w-]{1,21}$/),
       /** Of a link in a mail. It signs in the user whose address is in \`login_hint\`. */
       one_time_token: z.string().regex(/^[\\w-]{1,256}$/),`,
      `.refine(({ one_time_token, login_hint }) => !one_time_token || login_hint?.includes("@"), {
         path: ["one_time_token"],
       });`,
    ],
    "tests/unit/env.test.ts": ['["LOGTO_SOCIAL", ["google, github:GitHub"]],'],
  },
  sections: { "docs/logto.md": ["## Parameters of a sign-in"] },
  beside: { mutate: { paths: ["tools/mutate/mutations/sign-in-parameters.diff"] } },
  variables: ["LOGTO_SOCIAL"],
  traces: /LOGTO_SOCIAL|magic-link|social-buttons|link-parameters/,
} satisfies Feature;
