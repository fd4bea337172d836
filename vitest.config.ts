import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files that change what others in their process share; each gets a process of its own. So do those with servers. */
const alone = globSync('test/**/*.test.ts').filter((file) =>
  /^test\/(e2e|lib|local|scripts)\/|\bmockClient\b|\bvi\./.test(file + readFileSync(file, 'utf8')),
);

// vitest leaves one core alone, which on two cores is half of them; tests with a service of their own mostly wait.
const shared = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: availableParallelism() + 1 };

export default defineConfig({
  test: {
    maxWorkers: availableParallelism() + 1,
    projects: [
      { test: { ...shared, name: 'alone', include: alone } },
      { test: { ...shared, name: 'together', include: ['test/**/*.test.ts'], exclude: alone, isolate: false } },
    ],
  },
});
