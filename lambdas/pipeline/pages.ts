import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { invalidMarker } from '../../core/model/errors.ts';
import type { ListPage } from '../operation.ts';
import { type Call, callerOf } from './call.ts';
import type { Runtime } from './ports.ts';

/**
 * Markers are opaque to clients: a check of 16 bytes, then the position in UTF-8, in base64url. The check binds a marker
 * to its operation, Region, account and filter, so that one cut short or used elsewhere is refused. It is an HMAC where the
 * runtime has a key for it, derived from the root key: nobody but the service makes markers.
 *
 * On AWS it is a plain hash. Functions that only list do not hold the root secret, and markers are no reason to hand it to
 * them: who forges one chooses where to go on in a listing which he may read from its begin. Its partition never comes from
 * the marker, and a position where no listing can be is refused by the store as what it is.
 */
const checkLength = 16;

type MarkerFacts = Pick<Runtime, 'region' | 'markerKey'>;

/** @throws {KmsError} InvalidMarkerException */
export const openPage = (call: Call, { region, markerKey }: MarkerFacts): ListPage => {
  const { operation, input } = call;
  const { defaultLimit = 0, maxLimit = 0 } = operation.page ?? {};
  const { Limit = defaultLimit, Marker, ...filter } = input;
  const markerOf = (position: string): Buffer => {
    const digest = markerKey === undefined ? createHash('sha256') : createHmac('sha256', markerKey);
    digest.update(JSON.stringify([operation.name, region, callerOf(call).accountId, filter, position]));
    const bytes = Buffer.concat([digest.digest().subarray(0, checkLength), Buffer.from(position)]);
    return Buffer.from(bytes.toString('base64url'));
  };
  const end: ListPage['end'] = (next) =>
    next === undefined ? { Truncated: false } : { Truncated: true, NextMarker: markerOf(next).toString() };

  const after = Marker === undefined ? undefined : positionOf(String(Marker), markerOf);
  return { limit: Math.min(Number(Limit), maxLimit), after, end };
};

const positionOf = (marker: string, markerOf: (position: string) => Buffer): string => {
  const position = Buffer.from(marker, 'base64url').subarray(checkLength).toString();
  const [given, ours] = [Buffer.from(marker), markerOf(position)];
  if (position === '' || given.length !== ours.length || !timingSafeEqual(given, ours)) throw invalidMarker();
  return position;
};
