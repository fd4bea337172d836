import { expect, it } from 'vitest';
import { unusedRights } from './iam.ts';
import type { World } from './world.ts';

/** After all others: what roles may do and nobody needed. */
export const rightsSuite = (world: () => World): void => {
  it('refused nobody a right', () => {
    expect(world().aws.refused).toEqual([]);
  });

  it.skip('gives no role a right that it never needs', () => {
    const { home, sister } = world();
    const unused = [...home.functions.values()].flatMap(({ made, session }) => {
      const twin = [...sister.functions.values()].find((each) => each.made.id === made.id)?.session;
      const elsewhere = new Set(
        unusedRights(twin?.role.rights ?? session.role.rights, [...(twin?.asked.values() ?? [])]).map(
          ({ index }) => index,
        ),
      );
      return unusedRights(session.role.rights, [...session.asked.values()])
        .filter(({ index }) => elsewhere.has(index))
        .map(({ action, resource }) => `${made.properties.Description}: ${action} on ${resource}`);
    });
    expect(unused).toEqual([]);
  });
};
