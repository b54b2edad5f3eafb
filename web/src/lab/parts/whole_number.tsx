interface Props {
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly onChange: (value: number) => void;
  /** The label is for those who do not see where it stands. */
  readonly isBare?: boolean;
}

/** A whole number within bounds; what is none is not taken. */
export function WholeNumber({ label, value, from, to, onChange, isBare }: Props) {
  return (
    <label class={isBare ? undefined : "lab-field"}>
      <span class={isBare ? "hidden" : undefined}>{label}</span>
      <input
        type="number"
        inputMode="numeric"
        min={from}
        max={to}
        step="1"
        value={value}
        onInput={(event) => {
          const { value: text, valueAsNumber: number } = event.currentTarget;
          const isWhole = text !== "" && Number.isInteger(number);
          if (isWhole && number >= from && number <= to) onChange(number);
        }}
      />
    </label>
  );
}
