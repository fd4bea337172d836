import { KmsError } from '../core/model/errors.ts';
import { type KeyWriter, StaleRecordError, type Sweepers } from '../stores/ports.ts';
import type { Runtime } from './pipeline/ports.ts';

/**
 * Another Region did not do what it was asked: it is out of reach, or not part of this deployment. Whether it did it all
 * the same nobody here can tell.
 */
export class UnreachableRegionError extends KmsError {
  readonly region: string;

  constructor(region: string, cause: unknown) {
    const known = cause instanceof KmsError ? cause : undefined;
    const message = `The Region ${region} cannot be reached at the moment. You can retry the request.`;
    super(known?.name ?? 'KMSInternalException', known?.message ?? message, { cause });
    this.region = region;
  }
}

/** How writes that concern several Regions come to their stores. */
export interface Reach {
  /** Has the key store of any Region do something. @throws {UnreachableRegionError} never for the Region of the call */
  keys<T>(region: string, act: (keys: KeyWriter) => Promise<T>): Promise<T>;
  /** The same for all stores of another Region. */
  stores<T>(region: string, act: (stores: Sweepers) => Promise<T>): Promise<T>;
}

/**
 * @param own the key store of the Region of the call
 * @returns for one call, or one pass: it does not ask again where the wire failed
 */
export const newReach = ({ region, inRegion }: Pick<Runtime, 'region' | 'inRegion'>, own: KeyWriter): Reach => {
  const cutOff = new Map<string, UnreachableRegionError>();

  const stores: Reach['stores'] = async (other, act) => {
    const known = cutOff.get(other);
    if (known) throw known;
    try {
      return await act(await inRegion(other));
    } catch (error) {
      if (error instanceof StaleRecordError) throw error;
      const unreachable = new UnreachableRegionError(other, error);
      if (isOfTheWire(error)) cutOff.set(other, unreachable);
      throw unreachable;
    }
  };
  return { stores, keys: (of, act) => (of === region ? act(own) : stores(of, ({ keys }) => act(keys))) };
};

/** Comes from the AWS SDK, which has tried again already; anything else may concern a single key. */
const isOfTheWire = (error: unknown): boolean => error instanceof Error && '$metadata' in error;
