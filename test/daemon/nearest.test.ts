import t from 'tap';
import { nearest } from '../../daemon/nearest.js';

t.test('what is nearest, where anything is near', async (t) => {
  t.same(nearest('lss', ['ls', 'set', 'rm']), ['ls']);
  t.same(nearest('lgs', ['ls', 'logs', 'rm']), ['ls', 'logs'], 'all that are equally near');
  t.same(nearest('reveil', ['ls', 'reveal']), ['reveal']);
  t.same(nearest('nwe', ['new', 'end']), ['new'], 'letters that changed places');
  t.same(nearest('xyz', ['versions', 'destroy']), []);
  t.same(nearest('GITHUB_TOKN', ['GITHUB_TOKEN', 'GITLAB_TOKEN'], 3), ['GITHUB_TOKEN']);
  t.same(nearest('AWS_KEY', ['AWS_REGION'], 3), [], 'within what counts as near');
});
