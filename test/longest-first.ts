import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Those that take long for their size. What starts last should be short, or one process works while the others are done;
 * and what mostly waits, as its mark says, starts between what works, or all processes wait at once.
 */
const long = [
  'course/cli-solutions', // waits
  'course/lessons-13-18', // waits
  'assembly/assembly',
  'lib/lib',
  'core/crypto/ecdsa-wycheproof',
  'core/crypto/ml-dsa-wycheproof',
  'lambdas/outbox',
  'e2e/start',
  'lambdas/two-regions', // waits
  'core/crypto/ecdh-wycheproof',
  'lambdas/audit/deliver', // waits
  'e2e/stop',
  'e2e/client-recipes',
  'operations/import',
  'course/lessons-07-12', // waits
  'e2e/crash',
  'local/seed-apply',
  'operations.test',
  'e2e/fronts',
  'course/lessons-01-06', // waits
  'lambdas/schedules/crash',
  'e2e/bad-input', // waits
];

/** A small number for what comes first. Files of one project stay together, or its processes would start again. */
const placeOf = ({ moduleId, project }: TestSpecification): number => {
  if (project.config.isolate) return -1;
  const place = long.findIndex((name) => moduleId.includes(`/test/${name}`));
  return place < 0 ? long.length : place;
};

/** Where vitest has not measured before, as in a clean checkout, it starts with the largest files: some are large and fast. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other));
  }
}
