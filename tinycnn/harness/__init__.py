"""What a device is asked: are its outputs the reference's, and what does it take?"""

from tinycnn.harness.frames import (
    FrameCheck,
    FrameDifference,
    check_frames,
    draw_frames,
    frame_check_to_json,
)
from tinycnn.harness.profile import (
    OpProfile,
    Profile,
    profile,
    profile_from_json,
    profile_operators,
    profile_to_json,
)
from tinycnn.harness.results import result_to_json, write_results
from tinycnn.harness.validate import (
    Difference,
    ValidationResult,
    check_model,
    validate,
)

__all__ = [
    "Difference",
    "FrameCheck",
    "FrameDifference",
    "OpProfile",
    "Profile",
    "ValidationResult",
    "check_frames",
    "check_model",
    "draw_frames",
    "frame_check_to_json",
    "profile",
    "profile_from_json",
    "profile_operators",
    "profile_to_json",
    "result_to_json",
    "validate",
    "write_results",
]
