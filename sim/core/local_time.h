// How a node's own monotonic clock relates to virtual time.
#pragma once

#include "node/base/time.h"
#include "sim/core/time.h"

namespace lockstep::sim {

/// Translates deadlines of one node's monotonic clock. Drifting clocks have translations that change while
/// somebody waits: waiters translate again when they wake and go on waiting if it is too early.
class LocalTime {
 public:
  virtual ~LocalTime() = default;

  /// The earliest virtual time at which the node's monotonic clock reads `local` or later, as far as is known
  /// at present. May lie in the past.
  [[nodiscard]] virtual Time to_engine_time(base::Instant local) const = 0;
};

/// The clock of a node whose monotonic time is virtual time.
class ExactTime : public LocalTime {
 public:
  [[nodiscard]] Time to_engine_time(base::Instant local) const override {
    return Time(local.time_since_epoch());
  }
};

}  // namespace lockstep::sim
