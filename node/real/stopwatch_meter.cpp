// Measures pieces of work with the steady clock.
#include "node/real/stopwatch_meter.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "node/base/assert.h"

namespace lockstep::real {
namespace {

std::uint64_t steady_nanoseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<base::Duration>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

std::size_t bucket_of(std::uint64_t nanoseconds) {
  const auto width = static_cast<std::size_t>(std::bit_width(nanoseconds));
  return std::min(width == 0 ? 0 : width - 1, WorkFigures::kBuckets - 1);
}

}  // namespace

base::Duration WorkFigures::quantile(std::uint64_t per_mille) const {
  LOCKSTEP_ASSERT(per_mille <= 1000);
  const std::uint64_t wanted = std::max<std::uint64_t>((count * per_mille + 999) / 1000, 1);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets[bucket];
    if (seen >= wanted) {
      return std::min(base::Duration(std::int64_t{2} << bucket), longest);
    }
  }
  return longest;
}

std::uint64_t StopwatchMeter::begin(runtime::Work) {
  return steady_nanoseconds();
}

void StopwatchMeter::end(runtime::Work work, std::uint64_t token, std::uint64_t units) {
  const std::uint64_t took = steady_nanoseconds() - token;
  Row& row = rows_.at(static_cast<std::size_t>(work));
  row.units.fetch_add(units, std::memory_order_relaxed);
  row.total.fetch_add(took, std::memory_order_relaxed);
  row.buckets[bucket_of(took)].fetch_add(1, std::memory_order_relaxed);
  std::uint64_t longest = row.longest.load(std::memory_order_relaxed);
  while (took > longest && !row.longest.compare_exchange_weak(longest, took, std::memory_order_relaxed)) {
  }
}

WorkFigures StopwatchMeter::figures(runtime::Work work) const {
  const Row& row = rows_.at(static_cast<std::size_t>(work));
  WorkFigures out;
  out.units = row.units.load(std::memory_order_relaxed);
  out.total = base::Duration(static_cast<std::int64_t>(row.total.load(std::memory_order_relaxed)));
  out.longest = base::Duration(static_cast<std::int64_t>(row.longest.load(std::memory_order_relaxed)));
  for (std::size_t bucket = 0; bucket < WorkFigures::kBuckets; ++bucket) {
    out.buckets[bucket] = row.buckets[bucket].load(std::memory_order_relaxed);
    out.count += out.buckets[bucket];
  }
  return out;
}

}  // namespace lockstep::real
