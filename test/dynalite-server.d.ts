/** The HTTP server of dynalite 4.0.0, for tests; it ships no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options?: { readonly createTableMs?: number }): Server;
}
