// The duty gate's two thresholds.
#include "node/validator/duty_gate.h"

namespace lockstep::validator {
namespace {

std::uint64_t lag(spec::Slot slot, spec::Slot reached) {
  return slot > reached ? slot - reached : 0;
}

}  // namespace

bool DutyGate::is_open(spec::Slot slot, spec::Slot head, spec::Slot newest_block) {
  const std::uint64_t head_lag = lag(slot, head);
  if (lag(slot, newest_block) > NETWORK_STALL_THRESHOLD) {
    open_ = true;
  } else if (open_) {
    open_ = head_lag <= SYNC_LAG_THRESHOLD;
  } else {
    open_ = head_lag <= HYSTERESIS_BAND;
  }
  return open_;
}

}  // namespace lockstep::validator
