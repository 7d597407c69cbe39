// Some of the world's nodes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "sim/world/topology.h"

namespace lockstep::sim {

/// A set of nodes, or all nodes outside of one.
class NodeSet {
 public:
  NodeSet() = default;
  NodeSet(std::initializer_list<NodeIndex> nodes) : NodeSet(std::span(nodes.begin(), nodes.size())) {}
  explicit NodeSet(std::span<const NodeIndex> nodes) {
    for (const NodeIndex node : nodes) {
      add(node);
    }
  }
  static NodeSet all() { return NodeSet().others(); }

  /// Requires: the set was not made by others() or all().
  void add(NodeIndex node) {
    if (node / 64 >= words_.size()) {
      words_.resize(node / 64 + 1);
    }
    words_[node / 64] |= std::uint64_t{1} << (node % 64);
  }

  /// Everybody else.
  [[nodiscard]] NodeSet others() const {
    NodeSet out = *this;
    out.inverted_ = !inverted_;
    return out;
  }

  [[nodiscard]] bool contains(NodeIndex node) const {
    const bool listed = node / 64 < words_.size() && ((words_[node / 64] >> (node % 64)) & 1) != 0;
    return listed != inverted_;
  }

 private:
  std::vector<std::uint64_t> words_;
  bool inverted_ = false;
};

}  // namespace lockstep::sim
