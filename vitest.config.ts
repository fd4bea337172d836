import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const filesWith = (pattern: RegExp) =>
  globSync('test/**/*.test.ts').filter((file) => pattern.test(readFileSync(file, 'utf8')));

/** Files that put another module in the place of one, which only vitest's own way of importing can do. */
const replacing = filesWith(/\bvi\.mock\b/);
/** Files that change what others in their process share; each gets a process of its own. */
const alone = filesWith(/\bmockClient\b|\bvi\.(?!mock\b)/).filter((file) => !replacing.includes(file));

// vitest leaves one core alone, which on two cores is half of them; tests with a service of their own mostly wait.
const shared = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: availableParallelism() + 1 };
// Node imports TypeScript itself, as it does for the service: faster, and no transformed code is tested.
const native = { ...shared, experimental: { viteModuleRunner: false } };

export default defineConfig({
  test: {
    maxWorkers: availableParallelism() + 1,
    projects: [
      { test: { ...shared, name: 'replacing', include: replacing } },
      { test: { ...native, name: 'alone', include: alone } },
      {
        test: {
          ...native,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...replacing, ...alone],
          isolate: false,
        },
      },
    ],
  },
});
