import type { Feature } from "../feature";

export default {
  what: "/api/proxy, through which the browser reaches an API with the user's access token",
  paths: [
    "app/api/proxy",
    "dev/doctor/api.ts",
    "lib/api-proxy",
    "tests/e2e/api-server.ts",
    "tests/e2e/proxied.ts",
    "tests/e2e/proxy-session.spec.ts",
    "tests/e2e/proxy-streams.spec.ts",
    "tests/e2e/proxy.spec.ts",
    "tests/unit/proxy-answers.test.ts",
    "tests/unit/proxy-forward.test.ts",
    "tests/unit/proxy-target.test.ts",
  ],
  lines: {
    ".env.example": [
      `# --- An API that the browser reaches through /api/proxy, which adds the user's access token -------
       # Its base URL; may have a path
       #API_URL=https://api.example.com
       # Its indicator, one of LOGTO_RESOURCES; the first of them if unset
       #API_RESOURCE=https://shopping.example.com/api`,
    ],
    "README.ko.md": [
      "| `API_URL`, `API_RESOURCE` | 프록시 없음 | `/api/proxy` 뒤에 있는 API와 그 리소스 식별자 |",
      "| 브라우저가 호출하는 API | 액세스 토큰을 붙여 주는 `/api/proxy` | 401 | API의 응답 그대로 |",
    ],
    "README.md": [
      "| `API_URL`, `API_RESOURCE` | no proxy | the API behind `/api/proxy`, and its resource indicator |",
      "| an API that the browser uses | `/api/proxy`, which adds the access token | 401 | the API's response |",
    ],
    "dev/doctor/diagnose.ts": ['import { checkApi } from "./api";', "checkApi(doctor, env),"],
    "docs/code.md": [
      "- `lib/api-proxy/` forwards requests to your API.",
      'api["Your API"]',
      'routes -- "/api/proxy, with an access token" --> api',
    ],
    "docs/guides.md": [
      '| 2 | "avoid a lot of this by proxying" | [`/api/proxy`](../app/api/proxy/[...path]/route.ts) | recommended here, too: the API gets an access token that is valid only there |',
    ],
    "docs/protecting.md": [
      "| an API that the browser calls | `/api/proxy`, which adds the access token | [`api/proxy`](../app/api/proxy/[...path]/route.ts) |",
    ],
    "lib/env.ts": [
      'API_URL: webUrl.transform((value) => value.replace(/\\/+$/, "")).optional(),',
      'API_RESOURCE: z.url("is not a URI").optional(),',
      `.refine(
           ({ API_RESOURCE, LOGTO_RESOURCES }) => !API_RESOURCE || LOGTO_RESOURCES.includes(API_RESOURCE),
           {
             path: ["API_RESOURCE"],
             error: "is not in LOGTO_RESOURCES",
           },
         )`,
      `.refine(({ API_RESOURCE }) => API_RESOURCE !== organizationsResource, {
           path: ["API_RESOURCE"],
           error: "is not the indicator of an API",
         })`,
      'API_URL: "https://api.example.com",',
      'API_RESOURCE: "https://shopping.example.com/api",',
    ],
    "middleware.ts": [
      "// And /api/proxy, which streams bodies of any size and renews in getAccessToken.",
    ],
    "next.config.ts": [
      "// Responses of the API are data, never a page of this site.",
      "\"/api/proxy/:path*\": \"default-src 'none'; frame-ancestors 'none'; sandbox\",",
    ],
    "tests/e2e/csrf.spec.ts": ['"/api/proxy/items": { file: "proxy/[...path]", status: 404 },'],
    "tests/e2e/malformed-addresses.spec.ts": [
      '"/api/proxy/",',
      '"/api/proxy/items/",',
      '"/api/proxy/items?q=%zz",',
    ],
    "tests/e2e/headers.spec.ts": ['"/api/proxyx",'],
    "tests/e2e/protected-paths.ts": [
      `// No API is configured here.
         handler("/api/proxy/[...path]", { path: "/api/proxy/products", status: 404 }),`,
    ],
    "tests/unit/doctor-command.test.ts": [
      '["of an API", { API_URL: `${withPassword("http://127.0.0.1:9")}/?key=${hidden}` }],',
    ],
    "tests/unit/doctor.test.ts": [
      '[{ API_URL: "http://localhost:9" }, "✗ API: no resource"],',
      '[{ API_URL: "http://localhost:9", LOGTO_RESOURCES: api }, "! API: silent"],',
    ],
    "tests/unit/env.test.ts": [
      '["API_URL", ["https://api.example.com/?key=1", "https://user@api.example.com"]],',
      '["API_URL", "https://api.example.com/v1//", "https://api.example.com/v1"],',
      `test("rejects the resource of organization tokens as API_RESOURCE, because it is not an API", () => {
           const organizations = "urn:logto:resource:organizations";
           const changes = { API_RESOURCE: organizations, LOGTO_RESOURCES: organizations };
           expect(problemsOf(complete(changes))).toMatchObject([{ variable: "API_RESOURCE" }]);
         });`,
    ],
  },
  sections: {
    "dev/doctor/findings.md": ["## API"],
    "docs/protecting.md": ["## An API behind the proxy"],
    "docs/troubleshooting.md": [
      "**403, \"Another site's page can't do this.\"**",
      '**"is not in LOGTO_RESOURCES"**',
    ],
  },
  parts: { "middleware.ts": "api/proxy/|" },
  beside: {
    database: { lines: { "tests/database/projects.ts": ['"proxy-session",'] } },
    mutate: { paths: ["tools/mutate/mutations/api-proxy.diff"] },
  },
  variables: ["API_URL", "API_RESOURCE"],
  traces: /api\/proxy|api-proxy|API_URL|API_RESOURCE/,
} satisfies Feature;
