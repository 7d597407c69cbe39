// The trace hash feels every event and its place, and two trees tell where runs part.
#include "sim/core/trace.h"

#include <gtest/gtest.h>

#include <functional>

#include "sim/core/choices.h"

namespace lockstep::sim {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t kKind = static_cast<std::uint32_t>(TraceKind::kFirstFree);

/// Three lanes in five epochs of ten events each, with one event that `change` may alter.
struct Story {
  std::uint64_t a = 5;
  std::uint64_t b = 6;
  std::uint32_t kind = kKind;
  Lane lane = node_lane(1);
  base::Duration shift{};

  Trace tell() const {
    Trace trace(seconds(4));
    tell_into(trace);
    return trace;
  }
  void tell_into(Trace& trace) const {
    for (int at = 0; at < 20; ++at) {
      trace.advance_to(Time(seconds(at)));
      for (std::uint32_t node = 0; node < 3; ++node) {
        trace.record(node_lane(node), kKind, 1, static_cast<std::uint64_t>(at));
      }
      if (at == 9) {
        trace.advance_to(Time(seconds(at)) + shift);
        trace.record(lane, kind, a, b);
      }
    }
  }
};

TEST(Trace, feels_every_part_of_an_event_and_its_time) {
  const Trace told = Story{}.tell();
  EXPECT_EQ(told.events(), 61U);
  EXPECT_EQ(Story{}.tell().total(), told.total());
  EXPECT_NE(Story{.a = 4}.tell().total(), told.total());
  EXPECT_NE(Story{.b = 7}.tell().total(), told.total());
  EXPECT_NE(Story{.kind = kKind + 1}.tell().total(), told.total());
  EXPECT_NE(Story{.lane = node_lane(2)}.tell().total(), told.total());
  EXPECT_NE(Story{.shift = base::Duration(1)}.tell().total(), told.total());
}

TEST(Trace, feels_the_order_of_events_within_a_lane) {
  Trace one(seconds(4));
  Trace other(seconds(4));
  one.record(kWorldLane, kKind, 1, 0);
  one.record(kWorldLane, kKind, 2, 0);
  other.record(kWorldLane, kKind, 2, 0);
  other.record(kWorldLane, kKind, 1, 0);
  EXPECT_NE(one.total(), other.total());
}

TEST(Trace, never_forgets_what_came_before) {
  Choices choices(1);
  ChoiceStream dice(choices, ChoiceDomain::kTest, 0, 0);
  for (int round = 0; round < 1000; ++round) {
    Trace one(seconds(4));
    Trace other(seconds(4));
    one.record(kWorldLane, kKind, 1, 1);
    other.record(kWorldLane, kKind, 1, 2);
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t a = dice.below(3);
      const std::uint64_t b = dice.below(2) * ~std::uint64_t{0};
      one.record(kWorldLane, kKind, a, b);
      other.record(kWorldLane, kKind, a, b);
    }
    ASSERT_NE(one.total(), other.total());
  }
}

TEST(TraceTree, names_the_first_epoch_and_lane_that_differ) {
  const TraceTree left = Story{}.tell().tree();
  const TraceTree right = Story{.a = 4}.tell().tree();
  EXPECT_FALSE(first_difference(left, left).has_value());
  const auto difference = first_difference(left, right);
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->epoch, 2U);
  EXPECT_EQ(difference->lane, node_lane(1));
  EXPECT_EQ(difference->lanes, (std::vector<Lane>{node_lane(1)}));
  EXPECT_EQ(difference->left->count, 5U);
  EXPECT_NE(to_text(*difference).find("epoch 2, lane 2: 5 events"), std::string::npos);
}

TEST(TraceTree, names_a_lane_that_only_one_side_has) {
  const TraceTree left = Story{.lane = node_lane(9)}.tell().tree();
  const TraceTree right = Story{.lane = node_lane(1)}.tell().tree();
  const auto difference = first_difference(left, right);
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->lanes, (std::vector<Lane>{node_lane(1), node_lane(9)}));
  EXPECT_TRUE(difference->left.has_value());
  TraceTree shorter = left;
  shorter.cells.pop_back();
  const auto missing = first_difference(left, shorter);
  ASSERT_TRUE(missing.has_value());
  EXPECT_FALSE(missing->right.has_value());
  EXPECT_EQ(missing->epoch, 4U);
}

TEST(TraceTree, reads_what_it_writes_and_refuses_what_it_did_not) {
  const TraceTree tree = Story{}.tell().tree();
  const auto again = parse_trace_tree(tree.to_text());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, tree);
  EXPECT_EQ(again->total(), Story{}.tell().total());
  const std::string header = "lockstep-trace 1 epoch_ns 4\n";
  for (const std::string& wrong :
       {std::string(), std::string("1 2 3 4\n"), header + "1 2 3\n", header + "1 2 3 xyz\n",
        header + "1 2 3 4 5\n", header + "2 1 1 1\n1 1 1 1\n", header + "1 1 1 1\n1 1 1 1\n",
        std::string("lockstep-trace 1 epoch_ns 0\n"), header + "\n"}) {
    EXPECT_FALSE(parse_trace_tree(wrong).has_value()) << wrong;
  }
}

TEST(Trace, writes_the_events_of_a_watched_cell_only) {
  Trace trace(seconds(4));
  trace.name_kind(kKind, "tick");
  trace.watch(node_lane(1), 2);
  Story{}.tell_into(trace);
  EXPECT_EQ(trace.detail(),
            (std::vector<std::string>{"8000000000 tick 1 8", "9000000000 tick 1 9", "9000000000 tick 5 6",
                                      "10000000000 tick 1 10", "11000000000 tick 1 11"}));
  EXPECT_EQ(trace.total(), Story{}.tell().total());
}

}  // namespace
}  // namespace lockstep::sim
