import { expect } from "vitest";
import { z } from "zod";

/** An HTTP answer with its body read: parsed when it is JSON, the text otherwise. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /^application\/([\w-]+\+)?json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/**
 * What a refusal looks like, whoever refuses: RFC 6749 §5.2, with Logto's own `code` and `message`.
 */
export function refusal(status: number, error: string) {
  return {
    status,
    body: {
      code: `oidc.${error}`,
      message: expect.any(String),
      error,
      error_description: expect.any(String),
    },
  };
}

const tokensSchema = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  /** Seconds. */
  expires_in: z.number(),
  scope: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
});

export type Tokens = z.infer<typeof tokensSchema>;

/**
 * The tokens of a successful token response; fails the test, showing the answer, when it is none.
 */
export function tokensIn(answer: Answer): Tokens {
  expect(answer).toMatchObject({ status: 200 });
  return tokensSchema.parse(answer.body);
}

/** The members of a space-separated scope, sorted: their order means nothing (RFC 6749 §3.3). */
export function scopesIn(scope: unknown): string[] {
  return z.string().parse(scope).split(" ").filter(Boolean).sort();
}

/** The value, or a failed test when the server left it out. */
export function present<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new Error(`The server answered without ${name}`);
  return value;
}
