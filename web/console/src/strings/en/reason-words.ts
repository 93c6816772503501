// Why a sign-in was refused, for those who look at other people's. Only the reasons whose words in
// the API speak to the person refused; the others serve as they are.

export const reasonWords: Record<string, string> = {
  browser_cookie_missing: 'The browser did not keep the cookie that the sign-in needs.',
  stayed_signed_in: 'The person stayed signed in with their other account.',
  sso_not_offered: 'Single sign-on is switched off for the organization.',
  initiate_issuer_unknown: 'The identity provider the person was sent from is not known at this address.',
  app_unknown: 'The app the person was sent from is not known.',
  app_not_admitted: 'The app is not open to the organization.',
  app_role_missing: 'The app is for people with certain roles, and the person has none of them.',
  app_connection_refused: 'The app is not open to people who sign in this way.',
  user_inactive: 'No group lets the person in any more.',
  email_domain_outside: 'People with an e-mail address of that domain cannot sign in here.',
  groups_not_mapped: 'None of the groups the person is in gives access here.',
  groups_unknown: 'The identity provider did not say which groups the person is in.',
  groups_overage:
    'The identity provider did not say which groups the person is in, because there are too many.',
  password_sso_required: 'The organization signs in through its own identity provider.',
  too_many_sign_ins: 'Too many sign-ins were being started from one network.',
  user_disabled: 'The account is disabled.',
  not_invited: 'New people need an invitation.',
  invitation_email_mismatch: 'The invitation is for another address than that of the account.',
  relink_pending: 'An administrator has to confirm that it is the same person.',
  relink_refused: 'An administrator did not confirm that it is the same person.',
  not_authenticated_anew: 'The identity provider did not ask the person to sign in anew, though it had to.',
  saml_status_no_authn_context: 'The identity provider could not sign the person in as was asked for.',
};
