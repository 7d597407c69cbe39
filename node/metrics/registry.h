// The numbers behind the metrics: one atomic integer for each counter and gauge, a few for each histogram.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "node/base/time.h"
#include "node/metrics/catalogue.h"

namespace lockstep::metrics {

/// One series of a metric: which value each of its labels has, as positions in the catalogue.
struct Series {
  Series(Metric the_metric) : metric(the_metric) {}  // NOLINT(google-explicit-constructor)
  template <typename First>
  Series(Metric the_metric, First one) : metric(the_metric), first(static_cast<std::size_t>(one)) {}
  template <typename First, typename Second>
  Series(Metric the_metric, First one, Second other)
      : metric(the_metric), first(static_cast<std::size_t>(one)), second(static_cast<std::size_t>(other)) {}

  Metric metric;
  std::size_t first = 0;
  std::size_t second = 0;
  friend bool operator==(const Series&, const Series&) = default;
};

/// Holds the value of every series of the catalogue that is closed. Whoever writes pays one or two relaxed
/// atomic additions and never waits. Thread-safe; a reader sees each number as it was at some moment, not all
/// at the same one.
class Registry {
 public:
  /// What a histogram holds. `buckets[i]` counts what is at most the i-th bound of the catalogue and above
  /// the one before; the last counts the rest.
  struct Histogram {
    std::vector<std::uint64_t> buckets;
    std::uint64_t count = 0;
    std::int64_t sum = 0;
  };

  /// Everything is zero.
  Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Values are in the unit of the catalogue. Requires: the metric has that type, and such a series
  // (asserted).
  void add(Series counter, std::uint64_t by = 1) {
    cell(counter).fetch_add(static_cast<std::int64_t>(by), kAny);
  }
  /// Also of counters that somebody else counts.
  void set(Series gauge, std::int64_t value) { cell(gauge).store(value, kAny); }
  void move(Series gauge, std::int64_t by) { cell(gauge).fetch_add(by, kAny); }
  void observe(Series histogram, std::int64_t value);
  void observe(Series histogram, base::Duration value) { observe(histogram, value.count()); }

  /// The value of a counter or gauge.
  [[nodiscard]] std::int64_t value(Series series) const { return cell(series).load(kAny); }
  [[nodiscard]] Histogram histogram(Series series) const;

 private:
  // Plain atomics and not the runtime's: additions commute and order nothing, so that it does not matter to
  // anybody who comes first.
  using Cell = std::atomic<std::int64_t>;
  static constexpr auto kAny = std::memory_order_relaxed;

  [[nodiscard]] Cell& cell(Series series) const;

  std::array<std::size_t, kMetrics> begins_{};
  std::unique_ptr<Cell[]> cells_;
};

}  // namespace lockstep::metrics
