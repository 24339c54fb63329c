import { type ArgumentsHost, Catch, HttpException, Logger } from "@nestjs/common";
import { BaseExceptionFilter } from "@nestjs/core";
import type { Response } from "express";

/** An answer that says no, with the headers that belong to it. */
export class Refusal extends HttpException {
  constructor(
    status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super({ statusCode: status, message }, status);
  }
}

/** 401. @param challenge RFC 6750 §3: without an error where no token was sent */
export const unauthorized = (message: string, challenge = "Bearer") =>
  new Refusal(401, message, { "www-authenticate": challenge });

/**
 * What this server depends on does not answer: nobody can tell who asks, which does not mean
 * "signed out".
 */
export class Unavailable extends Refusal {
  constructor(readonly reason: string) {
    super(503, "Try again in a moment.", { "retry-after": "5" });
  }
}

/**
 * Answers with what was thrown. The log gets one line for what the operator should know, and no
 * stack trace.
 */
@Catch()
export class RefusalFilter extends BaseExceptionFilter {
  readonly #logger = new Logger("Api");

  override catch(thrown: unknown, host: ArgumentsHost): void {
    if (thrown instanceof Unavailable) this.#logger.error(`unavailable: ${thrown.reason}`);
    if (thrown instanceof Refusal) host.switchToHttp().getResponse<Response>().set(thrown.headers);
    if (thrown instanceof HttpException) return super.catch(thrown, host);
    // What the body parser throws, of which Nest would log the stack: a body that is too large.
    if (this.isHttpError(thrown))
      return super.catch(new Refusal(thrown.statusCode, thrown.message), host);
    this.#logger.error(`failed: ${thrown instanceof Error ? thrown.name : typeof thrown}`);
    super.catch(new Refusal(500, "Internal server error"), host);
  }
}
