import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bracket,
  many,
  printAdded,
  printPercent,
  printReal,
  printShort,
  printSmall,
  printWhole,
  superscript,
} from "../../src/inspect/print";

test("whole numbers", () => {
  assert.equal(printWhole(-12345), "−12,345");
  assert.equal(printWhole(-0), "0");
  assert.equal(bracket(-128), "(−128)");
  assert.equal(printAdded(-5, printWhole), "− 5");
  assert.equal(printAdded(0, printWhole), "+ 0");
  assert.equal(many(1, "product"), "1 product");
  assert.equal(many(1200, "product"), "1,200 products");
});

test("real numbers in few figures", () => {
  assert.equal(printReal(0.00123456), "0.001235");
  assert.equal(printReal(-87.1149), "−87.11");
  assert.equal(printReal(1.27e-6), "1.27 × 10⁻⁶");
  assert.equal(printReal(12345.6), "12,346");
  assert.equal(printShort(-0.0401), "−.040");
  assert.equal(printShort(0.99), ".99");
  assert.equal(printShort(1.26), "1.3");
  assert.equal(printShort(0.0000001), "<.001");
  assert.equal(printSmall(0.0183156), "0.0183");
  assert.equal(printSmall(0.0000454), "4.5 × 10⁻⁵");
  assert.equal(printPercent(0.98191), "98.19 %");
  assert.equal(printPercent(1e-6), "< 0.01 %");
  assert.equal(superscript(-39), "⁻³⁹");
});

test("what rounds up to the next power of ten is written with it", () => {
  assert.equal(printReal(9.9999e-5), "1.00 × 10⁻⁴");
  assert.equal(printSmall(0.00009999), "1.0 × 10⁻⁴");
});
