// Graphs have the shape that they promise.
#include "sim/world/topology.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

namespace lockstep::sim {
namespace {

std::vector<std::uint32_t> degrees(const Topology& topology, NodeIndex nodes) {
  std::vector<std::uint32_t> out(nodes, 0);
  std::set<std::pair<NodeIndex, NodeIndex>> seen;
  for (const Edge& edge : topology) {
    EXPECT_NE(edge.one, edge.other);
    EXPECT_TRUE(seen.insert(std::minmax(edge.one, edge.other)).second) << "a pair twice";
    ++out.at(edge.one);
    ++out.at(edge.other);
  }
  return out;
}

RC_GTEST_PROP(RandomRegular, is_connected_simple_and_regular, ()) {
  const auto nodes = *rc::gen::inRange<NodeIndex>(1, 60);
  const auto degree = *rc::gen::inRange<std::uint32_t>(2, 12);
  Choices choices(*rc::gen::arbitrary<std::uint64_t>());
  const Topology graph = random_regular(choices, nodes, degree);
  RC_ASSERT(is_connected(graph, nodes));
  const auto counts = degrees(graph, nodes);
  if (nodes <= degree + 1) {
    RC_ASSERT(graph == full_mesh(nodes));
    return;
  }
  const auto exact = static_cast<NodeIndex>(std::count(counts.begin(), counts.end(), degree));
  const auto one_more = static_cast<NodeIndex>(std::count(counts.begin(), counts.end(), degree + 1));
  const bool odd = (std::uint64_t{nodes} * degree) % 2 == 1;
  RC_ASSERT(one_more == (odd ? 1U : 0U));
  RC_ASSERT(exact + one_more == nodes);
}

TEST(RandomRegular, differs_by_seed_and_not_by_run) {
  Choices one(1);
  Choices again(1);
  Choices two(2);
  EXPECT_EQ(random_regular(one, 50, 4), random_regular(again, 50, 4));
  EXPECT_NE(random_regular(one, 50, 4), random_regular(two, 50, 4));
  EXPECT_NE(random_regular(one, 50, 4, 0), random_regular(one, 50, 4, 1));
}

TEST(RandomRegular, forgets_the_order_that_it_started_from) {
  // In the circulant start all edges join nodes at most 2 apart; at random about 4 in 99 would be.
  Choices choices(3);
  int near = 0;
  for (const Edge& edge : random_regular(choices, 100, 4)) {
    const std::uint32_t apart = (edge.one + 100 - edge.other) % 100;
    near += std::min(apart, 100 - apart) <= 2 ? 1 : 0;
  }
  EXPECT_LT(near, 30) << "of 200 edges";
}

TEST(Ring, joins_each_node_with_the_next) {
  EXPECT_EQ(ring(4), (Topology{{0, 1}, {1, 2}, {2, 3}, {3, 0}}));
  EXPECT_EQ(ring(2), (Topology{{0, 1}}));
  EXPECT_TRUE(ring(1).empty());
}

TEST(FullMesh, has_every_pair_once) {
  EXPECT_EQ(full_mesh(7).size(), 21U);
  EXPECT_EQ(degrees(full_mesh(7), 7), std::vector<std::uint32_t>(7, 6));
}

TEST(IsConnected, sees_a_graph_in_two_parts) {
  EXPECT_FALSE(is_connected({{0, 1}, {2, 3}}, 4));
  EXPECT_FALSE(is_connected({{0, 1}}, 3));
  EXPECT_TRUE(is_connected({{0, 1}, {1, 2}}, 3));
}

}  // namespace
}  // namespace lockstep::sim
