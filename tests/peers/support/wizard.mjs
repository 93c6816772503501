// What every journey through the wizard does alike, whoever goes it and with which provider.

/** Chooses the provider by its tile, and goes on with the button called `on`. */
export async function chooseProvider({ page, hands }, tile, on) {
  await hands.check(page.getByLabel(tile));
  await hands.button(on);
}

/** Copies what the buttons of these names copy, hands it to `configure`, which sets the provider up with it and gives
 *  what to type into which field here, and goes on past letting people in. */
export async function exchangeValues({ page, hands, heading }, { copy, configure, save }) {
  await heading(/^Copy these to/);
  const copied = [];
  for (const name of copy) copied.push(await hands.copy(page.getByRole('button', { name }).first()));
  const typed = await configure(...copied);
  await hands.link(/^Next:/);
  await heading(/^Copy these from/);
  for (const [label, value] of Object.entries(typed)) await hands.field(label, value);
  await hands.button(save);
  await heading(/^Let people in/);
  await hands.link(/^Next:/);
}

/** Tests the draft in a tab of its own, as `who` is called at the provider. */
export async function passTest({ page, hands, heading }, who) {
  await heading('Test the sign-in');
  const there = await hands.opens(page.getByRole('button', { name: 'Test the draft' }));
  await there.startTest();
  await there.signIn(who);
  await there.page.getByRole('heading', { name: 'The test passed' }).waitFor();
  await there.close();
  await page.getByText('The test passed').first().waitFor();
}
