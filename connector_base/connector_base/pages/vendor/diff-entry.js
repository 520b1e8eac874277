import { diffArrays } from "diff";

globalThis.jsdiff = { diffArrays };
