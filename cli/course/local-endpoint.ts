import { Failure } from '../../local/failure.ts';
import { dataDirFrom } from '../../local/options.ts';
import { askControl, fromHere } from '../control.ts';
import { endpointOf, type Place } from '../principals-of.ts';

/** Where the running service of the data folder is. @throws {Failure} when none runs, or it keeps no records */
export const localEndpoint = async (place: Place): Promise<string> => {
  await askControl(dataDirFrom(place.data, process.env), 'clock', {}); // it runs, and this is its data folder
  const endpoint = fromHere(await endpointOf(place));
  const health = await (await fetch(`${endpoint}/health`)).json();
  if ((health as { storage: string }).storage !== 'memory') return endpoint; // as it answers
  throw new Failure({
    what: 'the course needs a service that keeps its audit records',
    why: `the service at ${endpoint} was started with --in-memory`,
    hint: 'start one on a data folder: npm start',
  });
};
