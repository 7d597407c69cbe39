// A map behind its lock hands out copies and lets exactly one remove.
#include "node/locking/locked_map.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "lock_worlds.h"

namespace lockstep::locking {
namespace {

using test::LockWorld;
using Requests = LockedMap<int, std::vector<std::string>>;

TEST(LockedMap, does_what_maps_do) {
  test::on_threads([](LockWorld& world) {
    Requests map(world.seams(), Tier::kNetworkMaps, "requests");
    EXPECT_TRUE(map.put("test", 1, {"a"}));
    EXPECT_FALSE(map.put("test", 1, {"b"}));
    EXPECT_FALSE(map.put_if_absent("test", 1, {"c"}));
    EXPECT_TRUE(map.put_if_absent("test", 2, {"d"}));
    EXPECT_EQ(map.get("test", 1), (std::vector<std::string>{"b"}));
    EXPECT_FALSE(map.get("test", 3).has_value());
    EXPECT_TRUE(map.contains("test", 2));
    EXPECT_EQ(map.count("test"), 2U);
    EXPECT_EQ(map.fetch_remove("test", 2), (std::vector<std::string>{"d"}));
    EXPECT_FALSE(map.fetch_remove("test", 2).has_value());
    EXPECT_TRUE(map.remove("test", 1));
    EXPECT_FALSE(map.remove("test", 1));
    for (int key : {5, 3, 4}) {
      map.put("test", key, {});
    }
    std::vector<int> keys;
    map.iterate_locked("test", [&](int key, const auto&) { keys.push_back(key); });
    EXPECT_EQ(keys, (std::vector<int>{3, 4, 5}));
  });
}

TEST(LockedMap, works_on_a_value_in_place_and_lets_go_whatever_happens) {
  test::on_threads([](LockWorld& world) {
    Requests map(world.seams(), Tier::kNetworkMaps, "requests");
    map.put("test", 1, {"a"});
    EXPECT_EQ(map.with_value_locked("test", 1,
                                    [](auto& value) {
                                      value.push_back("b");
                                      return value.size();
                                    }),
              2U);
    EXPECT_FALSE(map.with_value_locked("test", 9, [](auto& value) { return value.size(); }).has_value());
    EXPECT_TRUE(map.with_value_locked("test", 1, [](auto& value) { value.clear(); }));
    EXPECT_FALSE(map.with_value_locked("test", 9, [](auto&) { FAIL(); }));
    EXPECT_THROW(map.with_value_locked("test", 1, [](auto&) { throw std::runtime_error("no memory"); }),
                 std::runtime_error);
    EXPECT_EQ(world.seams().scheduler.held_locks().size(), 0U);
    EXPECT_EQ(map.count("test"), 1U);
    EXPECT_EQ(map.times().read().size(), 1U);
  });
}

TEST(LockedMap, changes_an_entry_in_place_and_takes_it_out_in_the_same_step) {
  test::in_all_worlds(300, [](LockWorld& world) {
    LockedMap<int, int> copies(world.seams(), Tier::kPendingBlocks, "coming blocks");
    const auto hand_in_and_take_out = [&] {
      for (int i = 0; i < 3; ++i) {
        copies.change_locked("in", 7, [](int& count) { return ++count > 0; });
        EXPECT_TRUE(copies.contains("look", 7)) << "one's own copy is always there";
        copies.change_locked("out", 7, [](int& count) { return --count > 0; });
      }
    };
    world.beside({{"gossip", hand_in_and_take_out}, {"sync", hand_in_and_take_out}});
    EXPECT_EQ(copies.count("end"), 0U);
    EXPECT_THROW(copies.change_locked("throws", 7, [](int&) -> bool { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_EQ(world.seams().scheduler.held_locks().size(), 0U);
  });
}

TEST(LockedMap, gives_each_entry_to_one_of_many_who_take) {
  test::in_all_worlds(300, [](LockWorld& world) {
    LockedMap<int, int> queue(world.seams(), Tier::kPendingBlocks, "pending blocks");
    std::vector<int> handled(12, 0);
    std::vector<int> wins(2, 0);
    const auto fill = [&](int from) {
      return [&, from] {
        for (int i = from; i < from + 6; ++i) {
          EXPECT_TRUE(queue.put_if_absent("fill", i, i * 10));
        }
      };
    };
    const auto drain = [&](std::size_t me) {
      return [&, me] {
        for (int i = 0; i < 12; ++i) {
          if (const auto taken = queue.fetch_remove("drain", i)) {
            EXPECT_EQ(*taken, i * 10);
            ++handled[static_cast<std::size_t>(i)];
            ++wins[me];
          }
        }
      };
    };
    world.beside(
        {{"fill low", fill(0)}, {"fill high", fill(6)}, {"drain", drain(0)}, {"drain too", drain(1)}});
    for (int i = 0; i < 12; ++i) {
      handled[static_cast<std::size_t>(i)] += queue.remove("rest", i) ? 1 : 0;
    }
    EXPECT_EQ(handled, std::vector<int>(12, 1));
  });
}

}  // namespace
}  // namespace lockstep::locking
