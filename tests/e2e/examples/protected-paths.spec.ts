import { testProtected } from "../route-responses";
import * as table from "./protected-paths";

testProtected(table, { examples: true });
