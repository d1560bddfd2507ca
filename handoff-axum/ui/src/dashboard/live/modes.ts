import type { Mode } from "../../wire/Mode";

export const MODES: readonly Mode[] = ["assistant_only", "supported", "human_only"];
