// Who is connected to whom.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/choices.h"

namespace lockstep::sim {

/// A node of the world, counted from 0. Its trace lane is node_lane(index).
using NodeIndex = std::uint32_t;

/// A connection between two different nodes, whichever comes first.
struct Edge {
  NodeIndex one = 0;
  NodeIndex other = 0;
  friend bool operator==(const Edge&, const Edge&) = default;
};

/// Each pair at most once.
using Topology = std::vector<Edge>;

/// Everybody with everybody.
Topology full_mesh(NodeIndex nodes);

/// Everybody with the next, the last with the first.
Topology ring(NodeIndex nodes);

/// A connected graph in which every node has `degree` neighbours, drawn near-uniformly by the choices
/// `topology:<object>:0:…`. One node has degree + 1 when nodes * degree is odd; full_mesh() when there are
/// not more than degree + 1 nodes. Requires: degree >= 2.
Topology random_regular(Choices& choices, NodeIndex nodes, std::uint32_t degree, std::uint64_t object = 0);

/// Whether every node below `nodes` can be reached from every other.
bool is_connected(const Topology& topology, NodeIndex nodes);

}  // namespace lockstep::sim
