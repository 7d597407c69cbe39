// All cells lie in one array, in the order of the catalogue.
#include "node/metrics/registry.h"

#include <algorithm>

#include "node/base/assert.h"

namespace lockstep::metrics {
namespace {

/// One for a counter or gauge; for a histogram one for each bucket, +Inf and the sum.
std::size_t cells_of(const Description& description) {
  return description.type == Type::kHistogram ? description.buckets.size() + 2 : 1;
}

}  // namespace

Registry::Registry() {
  std::size_t size = 0;
  for (const Description& description : catalogue()) {
    begins_[static_cast<std::size_t>(description.metric)] = size;
    size += description.is_closed() ? description.series() * cells_of(description) : 0;
  }
  cells_ = std::make_unique<Cell[]>(size);
}

Registry::Cell& Registry::cell(Series series) const {
  const Description& description = describe(series.metric);
  const std::vector<Label>& labels = description.labels;
  const std::size_t firsts = labels.empty() ? 1 : labels[0].values.size();
  const std::size_t seconds = labels.size() < 2 ? 1 : labels[1].values.size();
  LOCKSTEP_ASSERT_MSG(series.first < firsts && series.second < seconds, "a metric has no such series");
  return cells_[begins_[static_cast<std::size_t>(series.metric)] +
                (series.first * seconds + series.second) * cells_of(description)];
}

void Registry::observe(Series histogram, std::int64_t value) {
  const std::vector<std::int64_t>& bounds = describe(histogram.metric).buckets;
  LOCKSTEP_ASSERT(describe(histogram.metric).type == Type::kHistogram);
  const auto bucket = std::ranges::lower_bound(bounds, value) - bounds.begin();
  Cell* const cells = &cell(histogram);
  cells[bucket].fetch_add(1, kAny);
  cells[bounds.size() + 1].fetch_add(value, kAny);
}

Registry::Histogram Registry::histogram(Series series) const {
  const std::size_t buckets = describe(series.metric).buckets.size() + 1;
  const Cell* const cells = &cell(series);
  Histogram out;
  for (std::size_t i = 0; i < buckets; ++i) {
    out.buckets.push_back(static_cast<std::uint64_t>(cells[i].load(kAny)));
    out.count += out.buckets.back();
  }
  out.sum = cells[buckets].load(kAny);
  return out;
}

}  // namespace lockstep::metrics
