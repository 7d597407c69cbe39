// What the strategies promise.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/race/explorer.h"
#include "sim/race/memory.h"
#include "sim/race/primitives.h"
#include "sim/race/trees.h"

namespace lockstep::race {
namespace {

/// `threads` threads of `operations` atomic operations; notes each order in which they came.
Body interleave(std::uint32_t threads, std::uint32_t operations, std::map<std::string, int>& orders) {
  return [threads, operations, &orders](World& world) {
    std::string order;
    {
      Atomic<int> counter(world, "counter", 0);
      for (std::uint32_t i = 0; i < threads; ++i) {
        world.spawn("worker", [&, i] {
          for (std::uint32_t n = 0; n < operations; ++n) {
            counter.fetch_add(1);
            order += static_cast<char>('a' + i);
          }
        });
      }
      world.join_all();
    }
    ++orders[order];
  };
}

ExploreOptions options_of(StrategyKind kind, std::uint64_t schedules) {
  ExploreOptions options;
  options.strategy = kind;
  options.schedules = schedules;
  options.check_every = 0;
  return options;
}

TEST(BoundedDfs, sees_every_interleaving_and_says_so) {
  std::map<std::string, int> orders;
  const Report report = explore(interleave(2, 4, orders), options_of(StrategyKind::kDfs, 1'000'000));
  EXPECT_TRUE(report.saw_everything);
  EXPECT_EQ(orders.size(), 70U);
  std::map<std::string, int> three;
  EXPECT_TRUE(explore(interleave(3, 2, three), options_of(StrategyKind::kDfs, 1'000'000)).saw_everything);
  EXPECT_EQ(three.size(), 90U);
}

TEST(BoundedDfs, tries_few_preemptions_first_and_says_when_it_has_not_seen_all) {
  std::map<std::string, int> orders;
  ExploreOptions options = options_of(StrategyKind::kDfs, 1'000'000);
  options.most_preemptions = 0;
  EXPECT_FALSE(explore(interleave(2, 4, orders), options).saw_everything);
  EXPECT_EQ(orders.size(), 2U);
  EXPECT_TRUE(orders.contains("aaaabbbb"));
  EXPECT_TRUE(orders.contains("bbbbaaaa"));
}

TEST(BoundedDfs, branches_over_choices_of_values_too) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  const Body body = [&](World& world) { seen.insert({world.choose(3), world.choose(2)}); };
  EXPECT_TRUE(explore(body, options_of(StrategyKind::kDfs, 1000)).saw_everything);
  EXPECT_EQ(seen.size(), 6U);
}

TEST(Surw, spreads_evenly_over_the_orders_of_one_object) {
  std::map<std::string, int> orders;
  constexpr int kRuns = 35'000;
  static_cast<void>(explore(interleave(2, 4, orders), options_of(StrategyKind::kSurw, kRuns)));
  EXPECT_EQ(orders.size(), 70U);
  for (const auto& [order, times] : orders) {
    EXPECT_NEAR(times, kRuns / 70, 120) << order;
  }
}

TEST(RandomWalk, hardly_ever_reaches_orders_in_which_one_thread_is_far_ahead) {
  std::map<std::string, int> walk;
  std::map<std::string, int> urw;
  static_cast<void>(explore(interleave(3, 5, walk), options_of(StrategyKind::kRandomWalk, 5000)));
  static_cast<void>(explore(interleave(3, 5, urw), options_of(StrategyKind::kUrw, 5000)));
  EXPECT_GT(urw.size(), walk.size());
}

TEST(Strategies, draw_by_seed_and_run_alone) {
  for (const StrategyKind kind : {StrategyKind::kPortfolio, StrategyKind::kRandomWalk, StrategyKind::kPct,
                                  StrategyKind::kPos, StrategyKind::kUrw, StrategyKind::kSurw}) {
    std::map<std::string, int> one;
    std::map<std::string, int> same;
    std::map<std::string, int> other;
    ExploreOptions options = options_of(kind, 300);
    static_cast<void>(explore(interleave(3, 3, one), options));
    static_cast<void>(explore(interleave(3, 3, same), options));
    options.runner.seed = 2;
    static_cast<void>(explore(interleave(3, 3, other), options));
    EXPECT_EQ(one, same) << to_text(kind);
    EXPECT_NE(one, other) << to_text(kind);
  }
}

TEST(Strategies, can_be_named_and_nothing_else_can) {
  StrategyKind kind = StrategyKind::kPortfolio;
  EXPECT_TRUE(parse_strategy("surw", kind));
  EXPECT_EQ(kind, StrategyKind::kSurw);
  EXPECT_FALSE(parse_strategy("best", kind));
}

TEST(Trees, answer_as_a_plain_scan_does) {
  sim::Choices choices(3);
  sim::ChoiceStream dice(choices, sim::ChoiceDomain::kTest, 0, 0);
  for (const std::size_t size : {5U, 16U, 17U, 100U, 300U, 5000U}) {
    MaxTree most;
    SumTree sums;
    std::vector<std::uint64_t> plain(size, 0);
    for (int i = 0; i < 2000; ++i) {
      const auto at = static_cast<std::size_t>(dice.below(size));
      plain[at] = dice.below(3) == 0 ? 0 : dice.below(50);
      most.set(at, plain[at]);
      sums.set(at, plain[at]);
      std::size_t best = 0;
      std::uint64_t total = 0;
      for (std::size_t k = 0; k < size; ++k) {
        best = plain[k] > plain[best] ? k : best;
        total += plain[k];
      }
      ASSERT_EQ(most.top(), plain[best] == 0 ? MaxTree::kNone : best);
      ASSERT_EQ(sums.total(), total);
      if (total != 0) {
        std::uint64_t point = dice.below(total);
        const std::size_t drawn = sums.at(point);
        std::size_t k = 0;
        while (point >= plain[k]) {
          point -= plain[k++];
        }
        ASSERT_EQ(drawn, k);
      }
    }
  }
}

}  // namespace
}  // namespace lockstep::race
