/** Names that nobody may take: variables that steer programs instead of holding a secret, and the ids of providers. Reads nothing. */

/** Ids that selectors understand as a kind of service. */
export const PROVIDER_IDS = [
  'anthropic',
  'aws',
  'azure',
  'gcp',
  'github',
  'gitlab',
  'google',
  'mailgun',
  'microsoft',
  'mongodb',
  'mysql',
  'openai',
  'postgresql',
  'sendgrid',
  'stripe',
] as const;

/** Prefixes of ids. No name begins with one, so a path part is always one or the other. */
export const ID_PREFIXES = ['sec_', 'ses_', 'sbx_', 'req_', 'con_', 'tok_', 'exe_', 'vol_'] as const;

const EXACT = new Set([
  // shells
  'PATH',
  'HOME',
  'IFS',
  'ENV',
  'PS1',
  'PS2',
  'PS3',
  'PS4',
  'PWD',
  'OLDPWD',
  'CDPATH',
  'GLOBIGNORE',
  'SHELL',
  'SHELLOPTS',
  'PROMPT_COMMAND',
  'ZDOTDIR',
  'FPATH',
  'TERM',
  'USER',
  'LOGNAME',
  'HOSTNAME',
  'TMPDIR',
  // the C library
  'GCONV_PATH',
  'GETCONF_DIR',
  'GLIBC_TUNABLES',
  'HOSTALIASES',
  'LOCALDOMAIN',
  'LOCPATH',
  'NLSPATH',
  'RES_OPTIONS',
  // interpreters
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'PERLLIB',
  'PERL5LIB',
  'PERL5OPT',
  'PERL5DB',
  'RUBYLIB',
  'RUBYOPT',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'CLASSPATH',
  'LUA_INIT',
  'LUA_PATH',
  'LUA_CPATH',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  // programs that run what a variable names
  'BROWSER',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'LESSOPEN',
  'LESSCLOSE',
  'GIT_ASKPASS',
  'GIT_EXEC_PATH',
  'GIT_EXTERNAL_DIFF',
  'GIT_PAGER',
  'GIT_EDITOR',
  'GIT_PROXY_COMMAND',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'SSH_ASKPASS',
]);
const BEGINNINGS = ['LD_', 'BASH', 'PYTHON', 'DOCKER_', 'AMPOULE_', 'GIT_CONFIG'];

/** true: a variable that changes how programs run; a secret has it only with `allowReserved`. */
export function isReservedVariable(variable: string): boolean {
  return (
    EXACT.has(variable) ||
    BEGINNINGS.some((beginning) => variable.startsWith(beginning)) ||
    variable.toUpperCase().endsWith('_PROXY')
  );
}

/** true: the id of a provider, which selectors need for themselves. */
export function isProviderId(word: string): boolean {
  return (PROVIDER_IDS as readonly string[]).includes(word);
}

/** The id prefix that `name` begins with, or undefined. */
export function idPrefixOf(name: string): string | undefined {
  return ID_PREFIXES.find((prefix) => name.startsWith(prefix));
}
