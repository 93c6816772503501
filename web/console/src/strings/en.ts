// English. One file per area, so that screens can grow side by side; this one puts them together.
import * as apps from './en/apps';
import * as common from './en/common';
import * as home from './en/home';
import * as organizations from './en/organizations';
import * as shell from './en/shell';
import * as signIns from './en/sign-ins';

export const en = { ...common, ...shell, apps, home, organizations, signIns };
