import type { Database as Sqlite } from 'better-sqlite3';
export type Database = Sqlite;
