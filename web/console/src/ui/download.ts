// A file made in the browser of what is on the screen.

/** Hands a file to the person. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** One value of a table: quoted (RFC 4180), and never a formula for a spreadsheet. */
function cell(value: string): string {
  // Some spreadsheets take other signs for the end of a cell, too, and one that blanks or quotes
  // follow is still one.
  const safe = value.replace(/(?<=^|[;,\t\r\n])(?=[\s"]*[=+\-@＝＋－＠\t\r])/g, "'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Comma-separated values with a head. */
export function csv(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
