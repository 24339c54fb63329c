import { expect } from "vitest";
import { z } from "zod";

/** A response with its body: parsed if it is JSON, otherwise the text. */
export interface ParsedResponse {
  status: number;
  headers: Headers;
  body: unknown;
}

export async function readResponse(response: Response): Promise<ParsedResponse> {
  const text = await response.text();
  const isJson = /^application\/([\w-]+\+)?json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** What every error response looks like: RFC 6749 §5.2, with Logto's own `code` and `message`. */
export function errorResponse(status: number, error: string) {
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
 * Returns the tokens of a successful token response. Fails the test for any other response, and
 * prints it.
 */
export function tokensIn(response: ParsedResponse): Tokens {
  expect(response).toMatchObject({ status: 200 });
  return tokensSchema.parse(response.body);
}

/**
 * Returns the values of a space-separated scope, sorted: their order is irrelevant (RFC 6749 §3.3).
 */
export function scopesIn(scope: unknown): string[] {
  return z.string().parse(scope).split(" ").filter(Boolean).sort();
}

/** Returns the value. Fails the test when the response lacks it. */
export function required<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new Error(`The response lacks ${name}`);
  return value;
}
