import { entriesOf } from '../../core/model/entries.ts';
import { ControlError } from '../control/endpoint.ts';
import type { LocalService } from '../service.ts';
import type { OwnerFunctions } from './messages.ts';
import { isFrontRead } from './served.ts';

/** What the owner does for one of its fronts. */
export const functionsForFront = (service: LocalService, loaded: () => void): OwnerFunctions => {
  const { regions, auditLog, controls } = service.forFronts;
  return {
    loaded,
    async settle(region) {
      await regions.settle(region);
    },
    async read(region, store, name, args) {
      // From the database: a front keeps a copy itself, and one of a copy would be as old as both may be.
      const { stored } = await regions.settle(region);
      const read = isFrontRead(store, name)
        ? Object.entries(stored[store]).find(([own]) => own === name)?.[1]
        : undefined;
      if (read === undefined) throw new Error(`fronts do not call ${store}.${name}`);
      return read(...args);
    },
    async noteUse(region, use) {
      const { usage } = await regions.settle(region);
      await usage.note(use);
    },
    async makeManagedKey(region, ...ofAccount) {
      const { runtime } = await regions.settle(region);
      return (await runtime.managedKeys?.({ managedKeys: 'make' })?.(...ofAccount)) ?? false;
    },
    call: service.call,
    checkDeeply: service.checkDeeply,
    async control(name, input) {
      const endpoint = entriesOf(controls).find(([own]) => own === name)?.[1];
      if (endpoint === undefined) throw new Error(`there is no control ${name}`);
      try {
        return { answer: await endpoint(input) };
      } catch (error) {
        if (error instanceof ControlError) return { refused: error.message };
        throw error;
      }
    },
    takeOver: auditLog.takeOver,
  };
};
