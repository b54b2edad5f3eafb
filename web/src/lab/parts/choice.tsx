interface Props {
  readonly label: string;
  readonly value: string;
  /** What it can be, each with its title. */
  readonly choices: readonly (readonly [string, string])[];
  readonly onChoose: (value: string) => void;
}

/** One of several, by name. */
export function Choice({ label, value, choices, onChoose }: Props) {
  return (
    <label class="lab-field">
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {choices.map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
