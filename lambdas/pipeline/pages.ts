import { createHash } from 'node:crypto';
import { KmsError } from '../../core/model/errors.ts';
import type { ListPage, Operation } from '../operation.ts';
import type { Call } from './call.ts';

/**
 * Markers are opaque to clients: a check of 16 bytes, then the position in UTF-8, in base64url. The check binds a marker
 * to its operation, account and filter, so that one cut short or used elsewhere is refused. It keeps no secret: a position
 * only says where in the caller's own listing to go on.
 */
const checkLength = 16;

/** @throws {KmsError} InvalidMarkerException */
export const openPage = (operation: Operation, input: Call['input'], accountId: string): ListPage => {
  const { defaultLimit = 0, maxLimit = 0 } = operation.page ?? {};
  const { Limit = defaultLimit, Marker, ...filter } = input;
  const check = (position: string) =>
    createHash('sha256')
      .update(JSON.stringify([operation.name, accountId, filter, position]))
      .digest()
      .subarray(0, checkLength);
  const markerOf = (position: string) => Buffer.concat([check(position), Buffer.from(position)]).toString('base64url');

  return {
    limit: Math.min(Number(Limit), maxLimit),
    after: Marker === undefined ? undefined : positionOf(String(Marker), markerOf),
    end: (next) => (next === undefined ? { Truncated: false } : { Truncated: true, NextMarker: markerOf(next) }),
  };
};

const positionOf = (marker: string, markerOf: (position: string) => string): string => {
  const position = Buffer.from(marker, 'base64url').subarray(checkLength).toString();
  if (position === '' || markerOf(position) !== marker)
    throw new KmsError('InvalidMarkerException', 'The marker is not valid.');
  return position;
};
