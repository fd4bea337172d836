import { Failure } from '../../local/failure.ts';
import { dataDirFrom } from '../../local/options.ts';
import { askControl, fromHere } from '../control.ts';
import { endpointOf, type Place } from '../principals-of.ts';

/** The running service of the data folder: where it is, and its time. @throws {Failure} when none runs, or it keeps no records */
export const localService = async (place: Place): Promise<{ readonly endpoint: string; readonly begun: string }> => {
  const { now } = (await askControl(dataDirFrom(place.data, process.env), 'clock', {})) as { now: string }; // as it answers
  const endpoint = fromHere(await endpointOf(place));
  const health = await (await fetch(`${endpoint}/health`)).json();
  if ((health as { storage: string }).storage !== 'memory') return { endpoint, begun: now }; // as it answers
  throw new Failure({
    what: 'the course needs a service that keeps its audit records',
    why: `the service at ${endpoint} was started with --in-memory`,
    hint: 'start one on a data folder: npm start',
  });
};
