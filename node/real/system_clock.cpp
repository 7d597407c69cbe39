// Reads the operating system's clocks.
#include "node/real/system_clock.h"

#include <chrono>

namespace lockstep::real {

base::Instant SystemClock::now() const {
  return base::Instant(
      std::chrono::duration_cast<base::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

base::WallTime SystemClock::wall() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<base::Duration>(since_epoch).count()};
}

}  // namespace lockstep::real
