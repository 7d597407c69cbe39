// The metrics as Prometheus reads them: text format 0.0.4.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/locking/lock_times.h"
#include "node/metrics/node_metrics.h"
#include "node/metrics/registry.h"

namespace lockstep::metrics {

/// The Content-Type under which the text goes.
inline constexpr std::string_view kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

/// Writes all metrics of one node as text. Takes no lock and asks nothing of the node's threads. Thread-safe
/// once all locks and watched gauges are named.
class Exposition {
 public:
  /// `registry` outlives this.
  Exposition(const Registry& registry, const NodeFacts& facts)
      : registry_(registry), name_(facts.name), version_(facts.version), subnets_(facts.subnets) {}

  /// Shows how long a lock is waited for and held, by site; `times` outlives this. Spaces in names become
  /// underscores. Requires: no lock has that name (asserted).
  void add_lock(std::string_view name, const locking::LockTimes& times);

  /// Asks `read` for the value of a gauge or counter at each scrape, instead of the registry. It is called on
  /// whichever thread scrapes, and takes no lock that is held over work.
  void watch(Series series, std::function<std::int64_t()> read);

  /// Every series of the catalogue, also those that are zero, in the catalogue's order; but none of subnets
  /// that the network does not have.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::int64_t value_of(Series series) const;
  [[nodiscard]] bool is_shown(Series series) const;

  const Registry& registry_;
  std::string name_;
  std::string version_;
  std::size_t subnets_;
  std::map<std::string, const locking::LockTimes*> locks_;
  struct Watched {
    Series series;
    std::function<std::int64_t()> read;
  };
  std::vector<Watched> watched_;
};

}  // namespace lockstep::metrics
