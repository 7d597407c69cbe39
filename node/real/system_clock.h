// The operating system's clocks.
#pragma once

#include "node/runtime/clock.h"

namespace lockstep::real {

/// std::chrono::steady_clock and system_clock.
class SystemClock final : public runtime::Clock {
 public:
  [[nodiscard]] base::Instant now() const override;
  [[nodiscard]] base::WallTime wall() const override;
};

}  // namespace lockstep::real
