/** The daemon's configuration: flags, then environment, then file. The only file that reads `process.env`. */

export interface Config {
  dataDir: string;
  /** null: a passphrase unlocks. */
  keyFile: string | null;
  passphraseFile: string | null;
  auditHeadFile: string;
  runDir: string;
  socket: string;
  /** Host and port, or null for none. */
  listen: { host: string; port: number } | null;
  publicUrl: string;
  allowedHosts: string[];
  bootstrapTokenFile: string;
  delivery: 'auto' | 'memory' | 'env';
  defaultImage: string;
  workspaceRoots: string[];
  providersDir: string | null;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `unix:///var/run/docker.sock` */
  dockerHost: string;
  /** Requests per minute and token; 0: no limit. */
  rateLimit: number;
}
