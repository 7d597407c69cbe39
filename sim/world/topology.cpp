// Draws graphs.
#include "sim/world/topology.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::sim {
namespace {

/// Enough swaps an edge to forget the circulant graph that the drawing starts from.
constexpr std::uint64_t kSwapsPerEdge = 10;
/// A random regular graph of degree 3 or more is nearly always connected; a hundred failures are a bug.
constexpr int kAttemptsMax = 100;

/// A graph as edges and neighbour lists, for swapping ends of edges.
class SwappableGraph {
 public:
  explicit SwappableGraph(NodeIndex nodes) : neighbours_(nodes) {}

  bool adjacent(NodeIndex a, NodeIndex b) const {
    const auto& list = neighbours_[a];
    return std::find(list.begin(), list.end(), b) != list.end();
  }
  void add(NodeIndex a, NodeIndex b) {
    if (a != b && !adjacent(a, b)) {
      edges_.push_back({a, b});
      neighbours_[a].push_back(b);
      neighbours_[b].push_back(a);
    }
  }
  /// Turns a-b, c-d into a-d, c-b unless that would make a loop or a double edge.
  void swap_ends(std::size_t first, std::size_t second, bool turned) {
    Edge& one = edges_[first];
    Edge& other = edges_[second];
    const auto [a, b] = one;
    const NodeIndex c = turned ? other.other : other.one;
    const NodeIndex d = turned ? other.one : other.other;
    if (a == d || c == b || adjacent(a, d) || adjacent(c, b)) {
      return;
    }
    replace(a, b, d);
    replace(b, a, c);
    replace(c, d, b);
    replace(d, c, a);
    one = {a, d};
    other = {c, b};
  }
  const Topology& edges() const { return edges_; }

 private:
  void replace(NodeIndex at, NodeIndex was, NodeIndex is) {
    *std::find(neighbours_[at].begin(), neighbours_[at].end(), was) = is;
  }

  Topology edges_;
  std::vector<std::vector<NodeIndex>> neighbours_;
};

/// Node i with i + 1 … i + degree / 2, and with the node opposite when the degree is odd.
SwappableGraph circulant(NodeIndex nodes, std::uint32_t degree) {
  SwappableGraph graph(nodes);
  for (NodeIndex node = 0; node < nodes; ++node) {
    for (std::uint32_t step = 1; step <= degree / 2; ++step) {
      graph.add(node, (node + step) % nodes);
    }
  }
  for (NodeIndex node = 0; degree % 2 == 1 && node < (nodes + 1) / 2; ++node) {
    graph.add(node, (node + nodes / 2) % nodes);
  }
  return graph;
}

Topology random_ring(ChoiceStream& choices, NodeIndex nodes) {
  std::vector<NodeIndex> order(nodes);
  std::iota(order.begin(), order.end(), NodeIndex{0});
  for (NodeIndex left = nodes; left > 1; --left) {
    std::swap(order[left - 1], order[choices.below(left)]);
  }
  Topology out;
  for (NodeIndex i = 0; i < nodes; ++i) {
    out.push_back({order[i], order[(i + 1) % nodes]});
  }
  return out;
}

}  // namespace

Topology full_mesh(NodeIndex nodes) {
  Topology out;
  for (NodeIndex one = 0; one < nodes; ++one) {
    for (NodeIndex other = one + 1; other < nodes; ++other) {
      out.push_back({one, other});
    }
  }
  return out;
}

Topology ring(NodeIndex nodes) {
  if (nodes < 3) {
    return full_mesh(nodes);
  }
  Topology out;
  for (NodeIndex node = 0; node < nodes; ++node) {
    out.push_back({node, (node + 1) % nodes});
  }
  return out;
}

Topology random_regular(Choices& choices, NodeIndex nodes, std::uint32_t degree, std::uint64_t object) {
  LOCKSTEP_ASSERT_MSG(degree >= 2, "a graph of degree 1 falls apart");
  if (nodes <= degree + 1) {
    return full_mesh(nodes);
  }
  ChoiceStream stream(choices, ChoiceDomain::kTopology, object, 0);
  if (degree == 2) {
    return random_ring(stream, nodes);
  }
  SwappableGraph graph = circulant(nodes, degree);
  const std::uint64_t edges = graph.edges().size();
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    for (std::uint64_t swap = 0; swap < kSwapsPerEdge * edges; ++swap) {
      const std::uint64_t first = stream.below(edges);
      const std::uint64_t second = stream.below(2 * edges);
      if (first != second / 2) {
        graph.swap_ends(first, second / 2, second % 2 == 1);
      }
    }
    if (is_connected(graph.edges(), nodes)) {
      return graph.edges();
    }
  }
  base::fail_assertion("is_connected", "no connected graph was drawn", __FILE__, __LINE__);
}

bool is_connected(const Topology& topology, NodeIndex nodes) {
  std::vector<std::vector<NodeIndex>> neighbours(nodes);
  for (const Edge& edge : topology) {
    neighbours[edge.one].push_back(edge.other);
    neighbours[edge.other].push_back(edge.one);
  }
  std::vector<bool> reached(nodes, false);
  std::vector<NodeIndex> frontier;
  const auto reach = [&](NodeIndex node) {
    if (!reached[node]) {
      reached[node] = true;
      frontier.push_back(node);
    }
  };
  if (nodes > 0) {
    reach(0);
  }
  while (!frontier.empty()) {
    const NodeIndex node = frontier.back();
    frontier.pop_back();
    for (const NodeIndex neighbour : neighbours[node]) {
      reach(neighbour);
    }
  }
  return std::find(reached.begin(), reached.end(), false) == reached.end();
}

}  // namespace lockstep::sim
