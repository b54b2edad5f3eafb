import "./sizes.css";
import { FieldStack } from "./field_stack";
import { ParameterCount } from "./parameter_count";
import { SlidingWindow } from "./sliding_window";

/** How large the output is, how far one sees, and what it costs. */
export function SizesBench() {
  return (
    <div class="lab-bench">
      <SlidingWindow />
      <FieldStack />
      <ParameterCount />
    </div>
  );
}
