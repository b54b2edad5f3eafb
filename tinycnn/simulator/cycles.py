"""What a straight run of Thumb instructions costs on a Cortex-M4F: the cycle model.

After the instruction timings of ARM's Cortex-M4 Technical Reference Manual (3.3, 7.2),
for memories without wait states, no interrupts and no contention on the bus. `Timings`
holds one number a rule; the fidelity ledger of tinycnn has a row for each, and what a
board's own probe found can take its place.

An instruction whose IT condition fails costs what it costs otherwise. Not modelled:
unaligned accesses, waiting for instructions from flash, and an address computed right
before its use (each adds cycles on hardware). Every figure from here is therefore an
estimate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import capstone
from capstone import arm

__all__ = ["CORTEX_M4", "BlockCost", "Timings", "block_cost"]

# What the DSP extension adds to Cortex-M cores: SMLAD, SXTB16 and so on.
_DSP_GROUPS = (arm.ARM_GRP_THUMB2DSP, arm.ARM_GRP_T2EXTRACTPACK)

# In BlockCost's head and tail: beside one bit for each core register.
PIPELINES = 1 << 16


@dataclass(frozen=True, slots=True)
class Timings:
    """Cycles by rule.

    Attributes:
        data_processing: Data processing, multiply, multiply-accumulate, saturate, IT
            and NOP; whatever no other rule is for.
        divide: SDIV, UDIV.
        load: LDR, LDRB, LDRH and so on.
        load_pipelined: The same right after another load whose result is not part of
            its address; a store with a register offset there saves as much.
        store: STR, STRB, STRH with an immediate offset.
        store_indexed: The same with a register offset.
        multiple: LDRD, STRD, LDM, STM, PUSH, POP, VLDM, VSTM, VPUSH, VPOP, beside one
            for each word.
        branch: B, BL, BX, BLX, CBZ, CBNZ.
        table_branch: TBB, TBH.
        refill: Added whenever the program goes on elsewhere.
        special_register: MRS, MSR.
        float_arithmetic: VADD, VSUB, VMUL, VCMP, VCVT, VMOV and so on.
        float_transfer: VLDR, VSTR, beside one for each word.
        float_multiply_add: VMLA, VMLS, VFMA and so on.
        float_divide: VDIV, VSQRT.
        float_pair: VMOV of two core registers.
        flash_wait: Added to each word of data that is read from flash.
    """

    data_processing: int = 1
    divide: int = 7
    load: int = 2
    load_pipelined: int = 1
    store: int = 1
    store_indexed: int = 2
    multiple: int = 1
    branch: int = 1
    table_branch: int = 2
    refill: int = 2
    special_register: int = 2
    float_arithmetic: int = 1
    float_transfer: int = 1
    float_multiply_add: int = 3
    float_divide: int = 14
    float_pair: int = 2
    flash_wait: int = 0

    @property
    def pipelined_saving(self) -> int:
        """Cycles that a load or an indexed store saves right after a load."""
        return max(self.load - self.load_pipelined, 0)


CORTEX_M4 = Timings()


@dataclass(frozen=True, slots=True)
class BlockCost:
    """What one basic block costs when it is entered by a branch, refill excluded.

    Attributes:
        head: If its first instruction can be pipelined after a load: PIPELINES and
            the registers of its address; else 0.
        tail: If its last instruction is a load that others pipeline with: PIPELINES
            and the register loaded; else 0. A block that follows in memory one whose
            tail ends in a load saves what that saves if `head & tail == PIPELINES`.
        uses_dsp: Whether it needs the DSP extension, which not every core has.
    """

    instructions: int
    cycles: int
    head: int
    tail: int
    uses_dsp: bool


def block_cost(code: bytes, address: int, timings: Timings = CORTEX_M4) -> BlockCost:
    """The cost of the instructions in `code`, up to the first that is undefined."""
    cycles = tail = first_head = count = 0
    uses_dsp = False
    for instruction in _DECODER.disasm(code, address):
        head = _head(instruction)
        saved = timings.pipelined_saving if head & tail == PIPELINES else 0
        cycles += _cost(instruction, timings) - saved
        tail = _tail(instruction)
        uses_dsp = uses_dsp or any(map(instruction.group, _DSP_GROUPS))
        if count == 0:
            first_head = head
        count += 1
    return BlockCost(count, cycles, first_head, tail, uses_dsp)


def _ids(prefix: str, names: str) -> frozenset[int]:
    return frozenset(getattr(arm, f"ARM_INS_{prefix}{n}") for n in names.split())


_WIDTHS = "R RB RH RT RBT RHT REX REXB REXH"
_LOADS = _ids("LD", _WIDTHS) | _ids("LD", "RSB RSH RSBT RSHT")
_STORES = _ids("ST", _WIDTHS)
_MULTIPLE = _ids("", "LDM LDMDB STM STMDB")
_STACKED = _ids("", "PUSH POP")
_RULES = (
    dict.fromkeys(_LOADS, "load")
    | dict.fromkeys(_ids("", "SDIV UDIV"), "divide")
    | dict.fromkeys(_ids("", "TBB TBH"), "table_branch")
    | dict.fromkeys(_ids("", "MRS MSR"), "special_register")
    | dict.fromkeys(_ids("", "B BL BX BLX CBZ CBNZ"), "branch")
    | dict.fromkeys(_ids("", "VDIV VSQRT"), "float_divide")
    | dict.fromkeys(
        _ids("", "VMLA VMLS VNMLA VNMLS VFMA VFMS VFNMA VFNMS"), "float_multiply_add"
    )
)
_DOUBLE = _ids("", "LDRD STRD")
_FLOAT_MEMORY = _ids("", "VLDR VSTR")
_FLOAT_MULTIPLE = re.compile(r"v(ldm|stm|push|pop)")


def _decoder() -> Any:
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
    decoder = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    decoder.detail = True
    return decoder


_DECODER = _decoder()


def _cost(instruction: Any, timings: Timings) -> int:
    words = _count_words(instruction)
    return int(getattr(timings, _rule(instruction))) + words


def _rule(instruction: Any) -> str:
    """The rule of an instruction, by its name in `Timings`."""
    kind = instruction.id
    if kind in _RULES:
        return _RULES[kind]
    if kind in _STORES:
        return "store_indexed" if _memory(instruction).index else "store"
    if kind in _MULTIPLE | _STACKED | _DOUBLE:
        return "multiple"
    if kind in _FLOAT_MEMORY:
        return "float_transfer"
    if _FLOAT_MULTIPLE.match(instruction.mnemonic):
        return "multiple"
    if kind == arm.ARM_INS_VMOV and len(instruction.operands) >= 3:
        return "float_pair"
    return "float_arithmetic" if instruction.mnemonic[0] == "v" else "data_processing"


def _count_words(instruction: Any) -> int:
    """Words moved by an instruction that takes a cycle for each, else 0."""
    kind, count = instruction.id, len(instruction.operands)
    if kind in _DOUBLE:
        return 2
    if kind in _STACKED:
        return count
    if kind in _MULTIPLE:
        return count - 1
    if kind in _FLOAT_MEMORY:
        return _words(instruction, 0)
    if _FLOAT_MULTIPLE.match(instruction.mnemonic):
        return sum(_words(instruction, i) for i in range(count))
    return 0


def _words(instruction: Any, operand: int) -> int:
    """Words of a floating-point register; 0 for the base register of a VLDM."""
    name = instruction.reg_name(instruction.operands[operand].reg)
    if re.fullmatch(r"[sd]\d+", name):
        return 2 if name[0] == "d" else 1
    return 0


def _memory(instruction: Any) -> Any:
    return next(o.mem for o in instruction.operands if o.type == arm.ARM_OP_MEM)


def _head(instruction: Any) -> int:
    if instruction.id not in _LOADS | _STORES:
        return 0
    memory = _memory(instruction)
    if instruction.id in _STORES and not memory.index:
        return 0
    return PIPELINES | _bit(memory.base) | _bit(memory.index)


def _tail(instruction: Any) -> int:
    if instruction.id not in _LOADS:
        return 0
    loaded = instruction.operands[0].reg
    return 0 if loaded == arm.ARM_REG_PC else PIPELINES | _bit(loaded)


_REGISTER_BITS = {
    getattr(arm, f"ARM_REG_{name}"): 1 << number
    for number, name in enumerate(
        "R0 R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 SP LR PC".split()
    )
}


def _bit(register: int) -> int:
    return _REGISTER_BITS.get(register, 0)
