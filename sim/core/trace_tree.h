// The hashes of a run by epoch and lane: what two runs are compared by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"

namespace lockstep::sim {

/// Whose events these are: the world's or one node's.
enum class Lane : std::uint32_t {};
inline constexpr Lane kWorldLane = Lane{0};
/// The lane of node number `node`, counted from 0.
[[nodiscard]] constexpr Lane node_lane(std::uint32_t node) {
  return Lane{node + 1};
}

/// What one lane did in one epoch.
struct TraceCell {
  std::uint64_t epoch = 0;
  Lane lane = kWorldLane;
  std::uint64_t count = 0;
  std::uint64_t hash = 0;

  friend constexpr bool operator==(const TraceCell&, const TraceCell&) = default;
};

/// The cells of a run, by epoch, then lane. Cells without events are left out.
struct TraceTree {
  base::Duration epoch{};
  std::vector<TraceCell> cells;

  /// The one number that stands for the run.
  [[nodiscard]] std::uint64_t total() const;
  /// A header line, then one line a cell: epoch, lane, events, hash in hexadecimal.
  [[nodiscard]] std::string to_text() const;

  friend bool operator==(const TraceTree&, const TraceTree&) = default;
};

/// Reads what TraceTree::to_text() wrote. The error is one line that names the offending line.
[[nodiscard]] base::Result<TraceTree, std::string> parse_trace_tree(std::string_view text);

/// Where two runs part: the first epoch that differs, the first lane in it that does, and every lane in it
/// that does. A cell that one side lacks is null there.
struct TraceDifference {
  std::uint64_t epoch = 0;
  Lane lane = kWorldLane;
  std::optional<TraceCell> left;
  std::optional<TraceCell> right;
  std::vector<Lane> lanes;
};

/// The first difference by epoch, then lane; nothing when the trees are equal. Requires: equal epoch lengths.
[[nodiscard]] std::optional<TraceDifference> first_difference(const TraceTree& left, const TraceTree& right);

/// The same as a sentence.
[[nodiscard]] std::string to_text(const TraceDifference& difference);

}  // namespace lockstep::sim
