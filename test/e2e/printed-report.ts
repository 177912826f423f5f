import { stripVTControlCharacters } from 'node:util';

/** One provider's part of the report, with the figures as they were printed, without thousands separators. */
export interface PrintedAccount {
  readonly provider: string;
  readonly text: string;
  readonly initial: string;
  readonly cash: string;
  readonly positions: string;
  readonly total: string;
  readonly ledger: string;
  readonly holdings: readonly { ticker: string; quantity: string; price: string; value: string }[];
}

/** The report as it stands in a terminal's output, from its first rule to the legend; fails if there is none. */
export function printedReport(output: string): string {
  const found = /━{20,}[\s\S]*excess = return[^\n]*/.exec(stripVTControlCharacters(output));
  if (!found) throw new Error(`no report in:\n${output}`);
  return found[0];
}

/** Reads every provider's sums and holdings back from a report. */
export function printedAccounts(report: string): PrintedAccount[] {
  return report.split(/^── /m).flatMap((text) => {
    const provider = /^(OpenAI|Gemini|Anthropic) ·/.exec(text)?.[1];
    const sums =
      /initial ([\d,.]+) +cash ([\d,.]+) \+ positions ([\d,.]+) = total ([\d,.]+) +ledger total ([\d,.]+) ✓/.exec(text);
    if (!provider || !sums) return [];
    const [initial = '', cash = '', positions = '', total = '', ledger = ''] = sums.slice(1).map(plain);
    const rows = text.matchAll(/^([A-Z.]+) .*│ +([\d,.]+) +× +([\d,.]+) += +([\d,.]+)/gm);
    const holdings = [...rows].map(([, ticker = '', quantity = '', price = '', value = '']) => ({
      ticker,
      quantity: plain(quantity),
      price: plain(price),
      value: plain(value),
    }));
    return [{ provider, text, initial, cash, positions, total, ledger, holdings }];
  });
}

function plain(figure: string): string {
  return figure.replaceAll(',', '');
}
