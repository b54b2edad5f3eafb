"""What a device is asked: are its outputs the reference's, and what does it take?

`tinycnn.harness.frames` asks what it makes of raw frames, which needs data sets.
"""

from tinycnn.harness.diagnose import diagnose
from tinycnn.harness.examine import Sample, examine, examine_restarted
from tinycnn.harness.explanation import Diagnosis, Explanation
from tinycnn.harness.forecast import Forecast, Pace, forecast_run, say_duration
from tinycnn.harness.health import (
    Health,
    HealthCheck,
    Limit,
    judge_again,
    judge_health,
    judge_limits,
    judge_status,
)
from tinycnn.harness.identity import Identity, check_identity
from tinycnn.harness.lanes import Lanes
from tinycnn.harness.latency import Latency, measure_latency
from tinycnn.harness.profile import (
    OpProfile,
    Profile,
    profile,
    profile_operators,
    profile_to_json,
)
from tinycnn.harness.repeat import repeat_images
from tinycnn.harness.reservations import EQUAL_AS_PRINTED, list_reservations
from tinycnn.harness.results import result_to_json
from tinycnn.harness.run_log import Resume, RunKey, RunLog
from tinycnn.harness.shares import Share, Worker, describe_shares
from tinycnn.harness.stopping import Decision, StopRule
from tinycnn.harness.validate import Answering, validate
from tinycnn.harness.verdict import Difference, ValidationResult

__all__ = [
    "EQUAL_AS_PRINTED",
    "Answering",
    "Decision",
    "Diagnosis",
    "Difference",
    "Explanation",
    "Forecast",
    "Health",
    "HealthCheck",
    "Identity",
    "Lanes",
    "Latency",
    "Limit",
    "OpProfile",
    "Pace",
    "Profile",
    "Resume",
    "RunKey",
    "RunLog",
    "Sample",
    "Share",
    "StopRule",
    "ValidationResult",
    "Worker",
    "check_identity",
    "describe_shares",
    "diagnose",
    "examine",
    "examine_restarted",
    "forecast_run",
    "judge_again",
    "judge_health",
    "judge_limits",
    "judge_status",
    "list_reservations",
    "measure_latency",
    "profile",
    "profile_operators",
    "profile_to_json",
    "repeat_images",
    "result_to_json",
    "say_duration",
    "validate",
]
