import { Choice } from "../parts/choice";
import { WholeNumber } from "../parts/whole_number";
import { findPreset, PRESETS, resizeRows } from "./presets";
import { choosePreset, divisor, look, mode, offset, padding, rows } from "./settings";

/** The kernel's numbers: ready ones, or one's own. */
export function KernelEditor() {
  const preset = findPreset(rows.value, divisor.value, offset.value);
  return (
    <div class="lab-stack">
      <fieldset class="lab-chips" aria-label="Ready kernels">
        {PRESETS.map((one) => (
          <button
            key={one.id}
            type="button"
            aria-pressed={one === preset}
            onClick={() => choosePreset(one)}
          >
            {one.title}
          </button>
        ))}
      </fieldset>
      <p class="note">
        {preset?.says ??
          "A kernel of your own: each output is the sum of these products."}
      </p>
      <div class="lab-row">
        <Weights />
        <div class="lab-stack">
          <div class="lab-row">
            <WholeNumber
              label="Divide by"
              value={divisor.value}
              from={1}
              to={4096}
              onChange={(value) => {
                divisor.value = value;
              }}
            />
            <WholeNumber
              label="Add"
              value={offset.value}
              from={0}
              to={255}
              onChange={(value) => {
                offset.value = value;
              }}
            />
            <Choice
              label="Size"
              value={String(rows.value.length)}
              choices={[
                ["3", "3 × 3"],
                ["5", "5 × 5"],
              ]}
              onChoose={(side) => {
                rows.value = resizeRows(rows.value, Number(side));
              }}
            />
          </div>
          <Options />
        </div>
      </div>
    </div>
  );
}

function Weights() {
  const { length } = rows.value;
  const change = (at: number, value: number) => {
    rows.value = rows.value.map((row, y) =>
      row.map((weight, x) => (y * length + x === at ? value : weight)),
    );
  };
  return (
    <fieldset
      class={`lab-weights side-${length}`}
      aria-label={`Kernel, ${length} by ${length}`}
    >
      {rows.value.flat().map((weight, at) => (
        <WholeNumber
          key={at}
          isBare
          label={`Row ${Math.floor(at / length) + 1}, column ${(at % length) + 1}`}
          value={weight}
          from={-127}
          to={127}
          onChange={(value) => change(at, value)}
        />
      ))}
    </fieldset>
  );
}

function Options() {
  return (
    <div class="lab-row">
      <Choice
        label="Colours"
        value={mode.value}
        choices={[
          ["grey", "grey: brightness only"],
          ["each", "each colour by itself"],
          ["sum", "all three in one sum"],
        ]}
        onChoose={(value) => {
          mode.value = value as typeof mode.value;
        }}
      />
      <Choice
        label="At the border"
        value={padding.value}
        choices={[
          ["same", "zeros around (same)"],
          ["valid", "only inside (valid)"],
        ]}
        onChoose={(value) => {
          padding.value = value as typeof padding.value;
        }}
      />
      <Choice
        label="Shown as"
        value={look.value}
        choices={[
          ["auto", "what suits it"],
          ["bright", "brightness"],
          ["signed", "below and above zero"],
        ]}
        onChoose={(value) => {
          look.value = value;
        }}
      />
    </div>
  );
}
