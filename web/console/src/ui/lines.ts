// What `Lines.svelte` draws: boxes in columns, and lines from one column to a later one.

export interface Box {
  id: string;
  name: string;
  /** Below the name, quieter. */
  kind?: string;
  /** What holds of it, in sentences. */
  rule: string[];
  /** Whether it leads on at all. */
  open: boolean;
}

export interface Line {
  from: string;
  into: string;
  open: boolean;
}

export interface Column {
  name: string;
  boxes: readonly Box[];
}
