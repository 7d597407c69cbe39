// How long each kind of work takes, measured.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "node/base/time.h"
#include "node/runtime/meter.h"

namespace lockstep::real {

/// What was measured of one kind of work.
struct WorkFigures {
  /// Bucket b counts the pieces that took [2^b, 2^(b+1)) nanoseconds; bucket 0 also those below.
  static constexpr std::size_t kBuckets = 48;

  std::uint64_t count = 0;
  std::uint64_t units = 0;
  base::Duration total{0};
  base::Duration longest{0};
  std::array<std::uint64_t, kBuckets> buckets{};

  /// The upper edge of the bucket that holds the given part of all pieces, `per_mille` in [0, 1000]; zero
  /// when nothing was measured. An over-estimate by less than a factor of two, and never above `longest`.
  [[nodiscard]] base::Duration quantile(std::uint64_t per_mille) const;
};

/// Times every piece of work with the steady clock. Thread-safe and free of locks; a snapshot taken while
/// others measure may miss what they are adding.
class StopwatchMeter final : public runtime::Meter {
 public:
  [[nodiscard]] std::uint64_t begin(runtime::Work work) override;
  void end(runtime::Work work, std::uint64_t token, std::uint64_t units) override;

  [[nodiscard]] WorkFigures figures(runtime::Work work) const;

 private:
  struct Row {
    std::atomic<std::uint64_t> units{0};
    std::atomic<std::uint64_t> total{0};
    std::atomic<std::uint64_t> longest{0};
    std::array<std::atomic<std::uint64_t>, WorkFigures::kBuckets> buckets{};
  };

  std::array<Row, runtime::kWorkKinds> rows_{};
};

}  // namespace lockstep::real
