import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorStatuses } from '../../core/model/errors.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { removeFolders } from './folders.ts';
import { bodies, type Pool } from './garbage.ts';
import { type InProcess, startInProcess } from './service-in-process.ts';
import { makePool } from './valid-requests.ts';

describe('garbage at every operation', () => {
  let kms: InProcess;
  let pool: Pool;
  let answers = 0;
  let successes = 0;

  beforeAll(async () => {
    kms = await startInProcess();
    pool = await makePool(kms.calls);
  }, 20_000);
  afterAll(async () => {
    console.log(`garbage: ${answers} answers, ${successes} of them 200`);
    await kms?.close();
    await removeFolders();
  });

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s answers 200 or an error of ours below 500, and logs no error',
    async (name, operation) => {
      await fc.assert(
        fc.asyncProperty(bodies(operation, pool), async (body) => {
          const { status, members } = await kms.calls.send({ operation: name, body });
          answers += 1;
          if (status === 200) {
            successes += 1;
          } else {
            expect(status).toBeGreaterThanOrEqual(400);
            expect(status).toBeLessThan(500);
            expect(Object.keys(errorStatuses)).toContain(members.__type);
          }
          expect(kms.errors()).toEqual([]);
        }),
        { numRuns: 20, interruptAfterTimeLimit: 10_000 },
      );
    },
    30_000,
  );

  it('was no garbage at times, so that more than the front door was tried', () => {
    expect(successes).toBeGreaterThan(answers / 10);
  });
});
