import { BadRequestException, type PipeTransform } from "@nestjs/common";
import type { z } from "zod";

/** Parses a request body with a schema. Responds with 400 and the problems if it does not match. */
export class Parsed<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(private readonly schema: Schema) {}

  transform(value: unknown): z.output<Schema> {
    const { success, data, error } = this.schema.safeParse(value);
    if (success) return data;
    throw new BadRequestException(
      error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": ")),
    );
  }
}
