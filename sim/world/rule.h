// What may be done to frames while a fault lasts.
#pragma once

#include <cstdint>
#include <functional>

#include "node/base/bytes.h"
#include "node/base/time.h"
#include "sim/world/node_set.h"

namespace lockstep::sim {

/// Whether a frame from one node to another is held back. Must be a pure function of its arguments.
using FramePredicate = std::function<bool(NodeIndex from, NodeIndex to, base::ByteView frame)>;

/// A change of the network's ways between some nodes. Rules that overlap add up: probabilities combine as if
/// independent, delays are summed, a cut beats everything, the earliest matching hold keeps the frame.
struct Rule {
  enum class Kind : std::uint8_t {
    kCut = 1,        ///< Frames sent or arriving meanwhile are lost.
    kLose = 2,       ///< Frames sent meanwhile are lost with `parts_per_million`.
    kDelay = 3,      ///< Frames sent meanwhile take `by` longer, and up to `jitter` more.
    kDuplicate = 4,  ///< Frames sent meanwhile arrive twice with `parts_per_million`.
    kHold = 5,       ///< Frames sent meanwhile that `picks` names leave only when the rule ends.
  };

  Kind kind = Kind::kCut;
  NodeSet from;
  NodeSet to;
  /// Also what `to` sends to `from`.
  bool both_ways = false;
  std::uint32_t parts_per_million = 0;
  base::Duration by{};
  base::Duration jitter{};
  /// All frames when empty.
  FramePredicate picks;
  /// A cut that is seen: connections across it end, and are made again after it.
  bool breaks_connections = false;

  /// `nodes` and the others do not hear one another.
  static Rule partition(const NodeSet& nodes);
  /// What `from` sends to `to` is lost.
  static Rule one_way(const NodeSet& from, const NodeSet& to);
  /// Frames to and from `nodes` are lost.
  static Rule lose(const NodeSet& nodes, std::uint32_t parts_per_million);
  /// Frames to and from `nodes` take longer.
  static Rule delay(const NodeSet& nodes, base::Duration by, base::Duration jitter = {});
  /// Frames to and from `nodes` arrive twice.
  static Rule duplicate(const NodeSet& nodes, std::uint32_t parts_per_million);
  /// Frames from `from` to `to` that `picks` names wait for the end of the rule.
  static Rule hold(const NodeSet& from, const NodeSet& to, FramePredicate picks);
  /// All frames to and from `nodes` wait for the end of the rule.
  static Rule clog(const NodeSet& nodes);

  /// The same cut, seen by the nodes as lost connections. Requires: a cut.
  [[nodiscard]] Rule breaking_connections() const;

  [[nodiscard]] bool matches(NodeIndex sender, NodeIndex receiver) const {
    return (from.contains(sender) && to.contains(receiver)) ||
           (both_ways && to.contains(sender) && from.contains(receiver));
  }
};

}  // namespace lockstep::sim
