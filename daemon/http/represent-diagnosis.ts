/** Explanations and diagnoses as the API shows them: times in RFC 3339, and only what is of use to a reader. */

import type { Static } from 'typebox';
import type { SessionDiagnosis } from '../doctor/doctor.js';
import type { Explained } from '../doctor/explain.js';
import { formatTime } from './duration.js';
import type { Diagnosis, Explanation } from './schemas/diagnosis.js';

const time = (ms: number | null): string | null => (ms === null ? null : formatTime(ms));

export function explanationAnswer({ secrets, sandboxes, ...rest }: Explained): Static<typeof Explanation> {
  return {
    ...rest,
    secrets: secrets.map(({ activated, expiresAt, ...secret }) => ({
      ...secret,
      activated: activated && { ...activated, at: formatTime(activated.at), until: time(activated.until) },
      expiresAt: time(expiresAt),
    })),
    sandboxes: sandboxes.map(({ since, ...place }) => ({ ...place, since: time(since) })),
  };
}

export function diagnosisAnswer({
  session,
  variable,
  findings,
  looked,
  sandboxes,
  live,
}: SessionDiagnosis): Static<typeof Diagnosis> {
  const { id, name, environment, generation } = session;
  return {
    ...{ session: { id, name, environment, generation }, variable, findings, looked },
    sandboxes: sandboxes.map(({ reason: _reason, variables, ...sandbox }) => ({
      ...sandbox,
      variables: variables
        .filter(({ secret, fresh }) => secret !== null || fresh.kind !== 'unknown')
        .map(({ inImage: _image, inOwn: _own, processes, ...found }) => ({
          ...found,
          processes: processes.map((one) => ({ ...one, startedAt: formatTime(one.startedAt) })),
        })),
    })),
    live: live.map(({ clockAhead: _clock, ...one }) => one),
  };
}
