/** What words are understood with and as. Types only. */

/** A registered secret, as far as words can mean it. */
export interface WordSecret {
  name: string;
  /** Its own variable. */
  env: string;
  provider: string | null;
  account: string | null;
  environment: string | null;
  tags: readonly string[];
  /** In the session that the words are about. */
  active: boolean;
  sensitive: boolean;
}
/** A kind of service; `words` are what people call it besides its id and name. */
export interface WordProvider {
  id: string;
  name: string;
  kind: string;
  words: readonly string[];
}
/** Everything that words can mean. */
export interface Lexicon {
  secrets: readonly WordSecret[];
  providers: readonly WordProvider[];
  session: { name: string; environment: string | null };
}

export type WordAction = 'activate' | 'deactivate' | 'list' | 'explain' | 'reveal' | 'doctor';

/** What a text means. A change is only proposed by it. */
export interface Understanding {
  /** In one sentence. */
  understood: string;
  /** null: nothing, or nothing for certain; `question` then says what is missing. */
  action: WordAction | null;
  /** Secrets that are meant; of a general `list` those that are active. */
  names: string[];
  /** Milliseconds. */
  ttl?: number;
  /** Secrets of another environment than the session's were named as such. */
  acrossEnvironments?: true;
  /** Commands that do what was said, where words do not. */
  commands?: string[];
  question?: string;
  /** Texts; each means one answer to the question. */
  choices?: string[];
}
