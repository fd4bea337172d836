import { expect, it } from 'vitest';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import type { Schedule } from '../../lambdas/schedule.ts';
import { schedules } from '../../lambdas/schedules/index.ts';
import type { Deployed } from './deployed-function.ts';
import { type Ask, unusedRights } from './iam.ts';
import type { World } from './world.ts';

const declared: readonly (Operation | Schedule)[] = [...operations, ...schedules];
const acrossRegions = new Set(declared.flatMap(({ name, uses }) => (uses.regions ? [name] : [])));

const nameOf = ({ made }: Deployed): string => String(made.properties.Description).replace('KMS ', '');

/** After all others: what roles may do and nobody needed. */
export const rightsSuite = (world: () => World): void => {
  it('refused nobody a right', () => {
    expect(world().aws.refused).toEqual([]);
  });

  it('gives no role a right that it never needs', () => {
    const { home, sister } = world();
    const ofAll = (functions: readonly Deployed[]) => functions.flatMap(({ session }) => [...session.asked.values()]);
    // Whoever writes to related keys makes up for any call that was cut off: what one needed for it, all may need.
    const shared = [home, sister].map(({ functions }) =>
      ofAll([...functions.values()].filter((fn) => acrossRegions.has(nameOf(fn)))).filter(({ resource }) =>
        resource.endsWith('table/serverless-kms-keys'),
      ),
    );
    const unusedIn = (fn: Deployed, together: readonly Ask[] = []) => {
      const asked = [...fn.session.asked.values(), ...(acrossRegions.has(nameOf(fn)) ? together : [])];
      return unusedRights(fn.session.role.rights, asked);
    };
    // What needs no right while there is one root is looked at where there are two: root-suite.ts.
    const functions = [...home.functions.values()].filter((fn) => nameOf(fn) !== 'RewrapMaterial');
    const unused = functions.flatMap((fn) => {
      // The rights of the twin in the other Region are the same, in the same order.
      const twin = [...sister.functions.values()].find(({ made }) => made.id === fn.made.id);
      const elsewhere = twin && new Set(unusedIn(twin, shared[1]).map(({ index }) => index));
      return unusedIn(fn, shared[0])
        .filter(({ index }) => elsewhere?.has(index) ?? true)
        .map(({ action, resource }) => `${nameOf(fn)}: ${action} on ${resource}`);
    });
    expect(unused).toEqual([]);
  });
};
