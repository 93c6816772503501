/** Outlines on a grid of 24, drawn with the colour of the text. */
export const icons = {
  alert: 'M12 8v5m0 3v.5M10.3 3.9 2.4 17.6A2 2 0 0 0 4.1 20.6h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z',
  app: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  audit: 'M7 3h8l4 4v14H7zM10 11h6M10 15h6M10 7h2',
  back: 'M15 5l-7 7 7 7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  circle: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z',
  clock: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm0 4v5l3.5 2',
  close: 'M6 6l12 12M18 6 6 18',
  connection: 'M8 12h8M9 7H7a5 5 0 0 0 0 10h2m6-10h2a5 5 0 0 1 0 10h-2',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  cross: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm-3.5 5.5 7 7m0-7-7 7',
  dash: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm-4 9h8',
  domain:
    'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM3.5 9h17m-17 6h17M12 3c5 5.5 5 12.500 0 18-5-5.500-5-12.500 0-18Z',
  down: 'M6 9l6 6 6-6',
  forward: 'M9 5l7 7-7 7',
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  key: 'M14.500 9.500a4.500 4.500 0 1 1-1.300-3.200L21 14v4h-4v-3h-3l-2-2',
  lock: 'M6 11h12v9H6zM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11',
  mapping: 'M4 6h5l6 12h5M4 18h5l2-4m4-8h5m-3-3 3 3-3 3m0 6 3 3-3 3',
  menu: 'M4 7h16M4 12h16M4 17h16',
  organization: 'M4 21V4h10v17M14 9h6v12M8 8h2m-2 4h2m-2 4h2m7-3h1m-1 4h1M2 21h20',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Zm-6.500 9a6.500 6.500 0 0 1 13 0M16 4.500a3.500 3.500 0 0 1 0 6m2 3.500a6.500 6.500 0 0 1 3.500 6',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm5 12 5 5',
  settings: 'M5 7h9m4 0h1M5 17h1m4 0h9M16 4.500v5m-8 5v5',
  shield: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z',
  sign: 'M14 4h5v16h-5M4 12h10m-4-4 4 4-4 4',
  tick: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm-4 9.500 3 3 5.500-6',
} as const;

export type IconName = keyof typeof icons;
