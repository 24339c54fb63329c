import { BadRequestException, type PipeTransform } from "@nestjs/common";
import type { z } from "zod";

/** A request's body, parsed by a schema; 400 with what is wrong where it doesn't fit. */
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
