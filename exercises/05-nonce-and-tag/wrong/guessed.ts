import { wrong } from '../../lesson.ts';

/** Takes the beginning of the secret for all of it. */
export default wrong('recovered', async (lab) => {
  const [notice, text] = [await lab.read('notice.sealed'), await lab.read('notice.txt')];
  const secret = await lab.read('secret.sealed');
  const known = secret.map((byte, place) => byte ^ (notice[place] ?? 0) ^ (text[place] ?? 0));
  await lab.write('recovered.txt', known.subarray(0, 20));
});
