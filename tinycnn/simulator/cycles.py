"""What a straight run of Thumb instructions costs on a Cortex-M4F: the cycle model.

After the instruction timings of ARM's Cortex-M4 Technical Reference Manual (3.3), for
memories without wait states, no interrupts and no contention on the bus:

    data processing, multiply, multiply-accumulate, saturate, IT, NOP        1
    SDIV, UDIV                                            (2 to 12 there)    7
    LDR, LDRB, LDRH, ...                                                     2
    STR, STRB, STRH: immediate offset 1, register offset                     2
      a load, or a store with a register offset, right after a load whose
      result is not part of its address, is pipelined and costs              1
    LDRD, STRD, LDM, STM, PUSH, POP, VLDM, VSTM, VPUSH, VPOP           1 + words
    B, BL, BX, BLX, CBZ, CBNZ                                                1
    TBB, TBH                                                                 2
      and whenever the program goes on elsewhere (pipeline refill)          +2
    VADD, VSUB, VMUL, VCMP, VCVT, VMOV, ...                                  1
    VLDR, VSTR: single 2, double                                             3
    VMLA, VMLS, VFMA, ... 3; VDIV, VSQRT                                    14
    MRS, MSR, VMOV of two core registers                                     2

An instruction whose IT condition fails costs what it costs otherwise. Not modelled:
unaligned accesses, flash wait states, and an address computed right before its use
(each adds cycles on hardware). Every figure from here is therefore an estimate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import capstone
from capstone import arm

__all__ = ["BRANCH_CYCLES", "BlockCost", "block_cost"]

# Pipeline refill after a taken branch.
BRANCH_CYCLES = 2

# What the DSP extension adds to Cortex-M cores: SMLAD, SXTB16 and so on.
_DSP_GROUPS = (arm.ARM_GRP_THUMB2DSP, arm.ARM_GRP_T2EXTRACTPACK)

# In BlockCost's head and tail: beside one bit for each core register.
PIPELINES = 1 << 16


@dataclass(frozen=True, slots=True)
class BlockCost:
    """What one basic block costs when it is entered by a branch, refill excluded.

    Attributes:
        head: If its first instruction can be pipelined after a load: PIPELINES and
            the registers of its address; else 0.
        tail: If its last instruction is a load that others pipeline with: PIPELINES
            and the register loaded; else 0. A block that follows in memory one whose
            tail ends in a load saves a cycle if `head & tail == PIPELINES`.
        uses_dsp: Whether it needs the DSP extension, which not every core has.
    """

    instructions: int
    cycles: int
    head: int
    tail: int
    uses_dsp: bool


def block_cost(code: bytes, address: int) -> BlockCost:
    """The cost of the instructions in `code`, up to the first that is undefined."""
    cycles = tail = first_head = count = 0
    uses_dsp = False
    for instruction in _DECODER.disasm(code, address):
        head = _head(instruction)
        saved = 1 if head & tail == PIPELINES else 0
        cycles += _cost(instruction) - saved
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
_FIXED = (
    dict.fromkeys(_ids("", "SDIV UDIV"), 7)
    | dict.fromkeys(_ids("", "LDRD STRD"), 3)
    | dict.fromkeys(_ids("", "TBB TBH MRS MSR"), 2)
    | dict.fromkeys(_ids("", "VDIV VSQRT"), 14)
    | dict.fromkeys(_ids("", "VMLA VMLS VNMLA VNMLS VFMA VFMS VFNMA VFNMS"), 3)
)
_FLOAT_MEMORY = _ids("", "VLDR VSTR")
_FLOAT_MULTIPLE = re.compile(r"v(ldm|stm|push|pop)")


def _decoder() -> Any:
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
    decoder = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    decoder.detail = True
    return decoder


_DECODER = _decoder()


def _cost(instruction: Any) -> int:
    kind = instruction.id
    if kind in _LOADS:
        return 2
    if kind in _STORES:
        return 2 if _memory(instruction).index else 1
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _STACKED:
        return 1 + len(instruction.operands)
    if kind in _MULTIPLE:
        return len(instruction.operands)
    if kind in _FLOAT_MEMORY:
        return 1 + _words(instruction, 0)
    if _FLOAT_MULTIPLE.match(instruction.mnemonic):
        return 1 + sum(_words(instruction, i) for i in range(len(instruction.operands)))
    if kind == arm.ARM_INS_VMOV and len(instruction.operands) >= 3:
        return 2
    return 1


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
