import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take long for their size. What starts last should be short, or one process works while the others are done. */
const long = [
  'course/cli-solutions',
  'lib/findings',
  'course/lessons-13-18',
  'lambdas/audit/deliver',
  'lambdas/two-regions',
  'assembly/assembly',
  'e2e/start',
  'course/lessons-07-12',
  'core/crypto/ecdsa-wycheproof',
  'course/lessons-01-06',
  'e2e/stop',
  'e2e/client-recipes',
  'e2e/crash',
  'lambdas/schedules/crash',
  'operations.test',
  'core/crypto/ml-dsa-wycheproof',
  'core/crypto/ecdh-wycheproof',
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
