import { vi } from "vitest";

/*
 * Mocks lib/env.ts, with the variables of environment.ts, and lib/log.ts. Must be the first import
 * of a test, since Vitest mocks only what is imported later.
 */

vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/log", () => import("./mocks"));
