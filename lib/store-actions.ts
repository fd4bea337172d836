import type { StoreFunctions, StoreName, Sweepers } from '../stores/ports.ts';
import { namesOf } from '../stores/ports.ts';

type ActionsOf<Store extends StoreName> = Readonly<Record<keyof Sweepers[Store], readonly string[]>>;

/**
 * What each function of a store asks of DynamoDB: the action, and the index after a blank where it is not on the table. A
 * test calls them all and compares.
 */
export const storeActions: { readonly [Store in StoreName]: ActionsOf<Store> } = {
  keys: {
    get: ['Query'],
    material: ['GetItem'],
    list: ['Query by-account'],
    count: ['Query by-account'],
    create: ['PutItem'],
    update: ['PutItem'],
    addMaterial: ['PutItem'],
    deleteMaterial: ['DeleteItem'],
    addToOutbox: ['PutItem'],
    removeFromOutbox: ['DeleteItem'],
    due: ['Query due'],
    outboxEntry: ['GetItem'],
    scan: ['Scan'],
    replaceMaterial: ['PutItem'],
    shred: ['Query', 'DeleteItem'],
    remove: ['PutItem', 'DeleteItem'],
  },
  grants: {
    get: ['GetItem'],
    list: ['Query'],
    count: ['Query'],
    listRetirable: ['Query by-retiring-principal'],
    listByGrantee: ['Query by-grantee'],
    create: ['PutItem'],
    delete: ['DeleteItem'],
    scan: ['Scan'],
  },
  usage: {
    get: ['GetItem'],
    note: ['PutItem'],
    forget: ['DeleteItem'],
  },
  aliases: {
    get: ['GetItem'],
    list: ['Query'],
    listByKey: ['Query by-key'],
    countByKey: ['Query by-key'],
    create: ['PutItem'],
    update: ['PutItem'],
    delete: ['DeleteItem'],
    scan: ['Scan'],
  },
};

/** Actions on a table, and indexes of it that are queried. */
export interface TableActions {
  readonly store: StoreName;
  readonly actions: readonly string[];
  readonly indexes: readonly string[];
}

/** What somebody asks of DynamoDB who calls these functions, table by table. */
export const actionsOf = (functions: StoreFunctions): readonly TableActions[] =>
  namesOf(functions).map((store) => {
    const actions: Readonly<Record<string, readonly string[]>> = storeActions[store];
    const all = new Set((functions[store] ?? []).flatMap((name) => actions[name] ?? []));
    return {
      store,
      actions: [...all].filter((action) => !action.includes(' ')),
      indexes: [...all].flatMap((action) => action.split(' ')[1] ?? []),
    };
  });
