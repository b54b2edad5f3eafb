/** A ratio of signal to error in decibels: each 20 dB is a tenth of the error. */
import { percent } from "../../text/numbers";

/** The error beside the signal, 0 to 1; null where there is no error. */
export function shareOf(decibels: number | null): number | null {
  return decibels === null ? null : 10 ** (-decibels / 20);
}

export function printShare(share: number | null): string {
  if (share === null) return "none";
  return share < 0.001 ? "below 0.1\u202f%" : percent(share, 1);
}
