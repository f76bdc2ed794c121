/** Routes that answer "why": explain a variable, diagnose a session, diagnose the installation. */

import type { ExamineOptions } from '../../../store/index.js';
import { callerOf } from '../authentication.js';
import type { App } from '../fastify.js';
import { diagnosisAnswer, explanationAnswer } from '../represent-diagnosis.js';
import type { Http } from '../respond.js';
import {
  Diagnosis,
  DoctorQuery,
  ExplainParams,
  ExplainQuery,
  Explanation,
  InstallationDiagnosis,
} from '../schemas/diagnosis.js';
import { SessionParams } from '../schemas/sessions.js';

export function diagnosisRoutes(app: App, { parts }: Http): void {
  const { doctor } = parts;

  app.get(
    '/v1/sessions/:session/explain/:variable',
    {
      schema: { params: ExplainParams, querystring: ExplainQuery, response: { 200: Explanation } },
      config: {
        operation: {
          id: 'explainVariable',
          summary: 'Which secret a variable comes from in this session, since when and why; or why it is not there',
        },
      },
    },
    async (request) => {
      const { session, variable } = request.params;
      return explanationAnswer(await doctor.explain(callerOf(request), session, variable, request.query.sandbox));
    },
  );

  app.get(
    '/v1/sessions/:session/doctor',
    {
      schema: { params: SessionParams, querystring: DoctorQuery, response: { 200: Diagnosis } },
      config: {
        operation: {
          id: 'diagnoseSession',
          summary: 'Look into the sandboxes of a session and say what is wrong, with the command that mends it',
          description:
            'Compares what a new command and the running processes have with the vault, by keyed digests. Audited. `live` also asks the providers.',
        },
      },
    },
    async (request) => {
      parts.writeHolders();
      const { variable, sandbox, live } = request.query;
      const options: ExamineOptions = {
        ...(variable === undefined ? {} : { variable }),
        ...(sandbox === undefined ? {} : { sandbox }),
        ...(live === undefined ? {} : { live }),
      };
      return diagnosisAnswer(await doctor.session(callerOf(request), request.params.session, options));
    },
  );

  app.get(
    '/v1/doctor',
    {
      schema: { response: { 200: InstallationDiagnosis } },
      config: {
        operation: { id: 'diagnoseInstallation', summary: 'How the installation is, and what is wrong with it' },
      },
    },
    async (request) => doctor.installation(callerOf(request)),
  );
}
