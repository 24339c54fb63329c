import { type ArgumentsHost, Catch, HttpException, Logger } from "@nestjs/common";
import { BaseExceptionFilter } from "@nestjs/core";
import type { Response } from "express";

/** An error response with its headers. */
export class ApiError extends HttpException {
  constructor(
    status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super({ statusCode: status, message }, status);
  }
}

/** 401. @param challenge without an `error` if the request has no token (RFC 6750 §3) */
export const unauthorized = (message: string, challenge = "Bearer") =>
  new ApiError(401, message, { "www-authenticate": challenge });

/**
 * 503: a dependency of this server does not respond, so the caller can't be identified. Not 401,
 * which would mean "signed out".
 */
export class UnavailableError extends ApiError {
  constructor(readonly reason: string) {
    super(503, "Try again in a moment.", { "retry-after": "5" });
  }
}

/**
 * Turns a thrown error into a response. Logs one line if the error concerns the operator, without a
 * stack trace.
 */
@Catch()
export class ErrorFilter extends BaseExceptionFilter {
  readonly #logger = new Logger("Api");

  override catch(thrown: unknown, host: ArgumentsHost): void {
    if (thrown instanceof UnavailableError) this.#logger.error(`unavailable: ${thrown.reason}`);
    if (thrown instanceof ApiError) host.switchToHttp().getResponse<Response>().set(thrown.headers);
    if (thrown instanceof HttpException) return super.catch(thrown, host);
    // Errors of the body parser, such as a body that is too large. Nest would log their stack.
    if (this.isHttpError(thrown))
      return super.catch(new ApiError(thrown.statusCode, thrown.message), host);
    this.#logger.error(`failed: ${thrown instanceof Error ? thrown.name : typeof thrown}`);
    super.catch(new ApiError(500, "Internal server error"), host);
  }
}
