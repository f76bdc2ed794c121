/** What people call kinds of services, tools and environments, beyond what a vault and its catalogue say. Data. */

/** Kind of a provider → what people call it; also parts of names by which a secret without a provider is of that kind. */
export const KINDS: Readonly<Record<string, { words: readonly string[]; parts: readonly string[] }>> = {
  cloud: { words: ['cloud', 'clouds', 'cloud provider', 'cloud providers', 'hosting'], parts: ['aws', 'gcp', 'azure'] },
  source: {
    words: ['source control', 'version control', 'vcs', 'git', 'code hosting', 'source code'],
    parts: ['github', 'gitlab', 'bitbucket', 'gitea'],
  },
  identity: { words: ['identity', 'identity provider', 'sso'], parts: [] },
  database: {
    words: ['database', 'databases', 'db', 'dbs', 'sql', 'data base', 'data bases', 'datastore'],
    parts: ['database', 'db', 'postgres', 'postgresql', 'mysql', 'mariadb', 'mongo', 'mongodb', 'redis', 'sqlite'],
  },
  ai: {
    words: ['ai', 'llm', 'llms', 'language model', 'language models', 'ai model', 'ai models', 'machine learning'],
    parts: ['openai', 'anthropic', 'llm', 'gemini', 'mistral'],
  },
  payments: { words: ['payment', 'payments', 'billing'], parts: ['stripe', 'paypal', 'braintree', 'payment'] },
  email: {
    words: ['email', 'emails', 'e-mail', 'e-mails', 'mail', 'mails', 'mailing', 'mailer'],
    parts: ['smtp', 'mail', 'email', 'sendgrid', 'mailgun', 'postmark'],
  },
};

/** Programs that tell which service does not work, for a diagnosis. */
export const TOOLS: Readonly<Record<string, string>> = {
  psql: 'postgresql',
  pg_dump: 'postgresql',
  pg_restore: 'postgresql',
  mysqldump: 'mysql',
  mongosh: 'mongodb',
  mongodump: 'mongodb',
  boto3: 'aws',
  s3: 'aws',
  ec2: 'aws',
  az: 'azure',
  gsutil: 'gcp',
  bigquery: 'gcp',
  glab: 'gitlab',
  gpt: 'openai',
};

/** Short for an environment, where the vault has one of the longer names. */
export const ENVIRONMENTS: Readonly<Record<string, readonly string[]>> = {
  prod: ['production'],
  prd: ['production'],
  live: ['production'],
  production: ['prod'],
  stage: ['staging'],
  stg: ['staging'],
  staging: ['stage', 'stg'],
  dev: ['development'],
  development: ['dev'],
  test: ['testing'],
  testing: ['test'],
  qa: ['quality'],
};

/** Parts of names that say what a value is and not whose. Alone they mean no secret. */
export const GENERIC: ReadonlySet<string> = new Set(
  'token key secret api url uri id access password pass user username name credentials account app env var auth client file'.split(
    ' ',
  ),
);
