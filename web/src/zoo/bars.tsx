import { compact } from "../text/numbers";
import type { Family, Measure } from "./zoo";

/** One measure of all networks as bars; a tenth as long is a tenth as much or less. */
export function Bars({
  families,
  measure,
}: {
  families: readonly Family[];
  measure: Measure;
}) {
  const logs = families.map((one) => Math.log10(one[measure.id]));
  const low = Math.floor(Math.min(...logs));
  const high = Math.ceil(Math.max(...logs));
  return (
    <table class="bars">
      <caption>
        {measure.title}: {measure.says}. Each line is ten times the one before.
      </caption>
      <tbody>
        {families.map((family, i) => (
          <tr key={family.name}>
            <th scope="row">{family.name}</th>
            <td>
              <div class="bar-ground" style={{ "--decades": high - low }}>
                <div
                  class="bar"
                  style={{
                    width: `${(100 * ((logs[i] ?? low) - low)) / (high - low || 1)}%`,
                  }}
                />
              </div>
            </td>
            <td class="number">
              {compact(family[measure.id])}
              {measure.unit ? ` ${measure.unit}` : ""}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
