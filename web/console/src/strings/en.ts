// English. One file per area, so that screens can grow side by side; this one puts them together.
import * as account from './en/account';
import { actionWords } from './en/action-words';
import * as activity from './en/activity';
import * as apps from './en/apps';
import * as audit from './en/audit';
import * as common from './en/common';
import * as connections from './en/connections';
import * as domains from './en/domains';
import * as enforcement from './en/enforcement';
import * as expiries from './en/expiries';
import * as home from './en/home';
import * as mapping from './en/mapping';
import * as organizations from './en/organizations';
import * as owners from './en/owners';
import * as people from './en/people';
import { reasonWords } from './en/reason-words';
import * as roles from './en/roles';
import * as routeMap from './en/route-map';
import * as settings from './en/settings';
import * as shell from './en/shell';
import * as setupLink from './en/setup-link';
import * as signIns from './en/sign-ins';
import * as wizard from './en/wizard';

export const en = {
  ...common,
  ...shell,
  account,
  actionWords,
  activity,
  apps,
  audit,
  connections,
  domains,
  enforcement,
  expiries,
  home,
  mapping,
  organizations,
  owners,
  people,
  reasonWords,
  roles,
  routeMap,
  settings,
  setupLink,
  signIns,
  wizard,
};
