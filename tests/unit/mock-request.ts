import { vi } from "vitest";
import "./mock-env";

/*
 * Also mocks next/headers, by the request of `requestWith`, and lib/logto/tokens.ts. Must be the
 * first import of a test, as mock-env.ts.
 */

vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/logto/tokens", () => import("./mocks"));
