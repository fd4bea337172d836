import { dataDirFrom } from '../../local/options.ts';
import { askControl } from '../control.ts';
import type { Place } from '../principals-of.ts';

/** It would look by itself in less. */
const patienceSeconds = 5;

/**
 * Has the running service look at principals.json now, and not when it would.
 *
 * @returns whether it did: one that was started from an older release cannot, and looks by itself within a second
 */
export const lookNow = (place: Place): Promise<boolean> =>
  askControl(dataDirFrom(place.data, process.env), 'principals', {}, patienceSeconds).then(
    () => true,
    () => false,
  );
