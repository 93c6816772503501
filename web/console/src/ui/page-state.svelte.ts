/** What the frame of a screen has to know of the forms on it. */
class PageState {
  /** A form could not be sent as it is; the title of the page says so. */
  problem = $state(false);
}

export const pageState = new PageState();
