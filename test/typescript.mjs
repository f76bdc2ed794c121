/** Lets Node load TypeScript in this thread; as an --import it is also run in each worker, which `tsx` alone leaves out. */

import { register } from 'tsx/esm/api';

process.setSourceMapsEnabled(true);
register();
