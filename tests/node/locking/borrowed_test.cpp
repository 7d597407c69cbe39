// Borrowed values stay while they are borrowed, and borrows end once.
#include "node/locking/borrowed.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "lock_worlds.h"
#include "node/locking/cached_value.h"
#include "node/locking/pinned_map.h"

namespace lockstep::locking {
namespace {

using test::LockWorld;

/// A state that knows whether it still lives, in memory that stays readable.
struct State {
  explicit State(int at_slot, bool copies = true) : slot(at_slot), can_be_copied(copies) {}
  State(const State& other) : slot(other.slot), can_be_copied(other.can_be_copied) {
    if (!can_be_copied) {
      throw std::runtime_error("no memory for a copy");
    }
  }
  State& operator=(const State&) = delete;
  int slot;
  bool can_be_copied;
};

using States = PinnedMap<int, State>;

std::size_t held(LockWorld& world) {
  return world.seams().scheduler.held_locks().size();
}

TEST(Borrowed, pins_the_value_against_the_pruner_by_each_backing) {
  test::in_all_worlds(300, [](LockWorld& world) {
    States states(world.seams(), Tier::kStates, "states");
    int alive = 0;
    const auto make = [&alive](int slot) {
      ++alive;
      return std::shared_ptr<const State>(new State(slot), [&alive](const State* state) {
        --alive;
        delete state;
      });
    };
    states.put_exclusive("test", 1, make(1));
    world.beside({{"reader",
                   [&] {
                     if (auto borrow = states.get("reader", 1)) {
                       EXPECT_EQ(borrow->backing(), Backing::kShared);
                       world.pause();
                       EXPECT_EQ((**borrow).slot, 1);
                     }
                   }},
                  {"counting reader",
                   [&] {
                     if (auto borrow = states.get_counted("counting reader", 1)) {
                       EXPECT_EQ(borrow->backing(), Backing::kCounted);
                       EXPECT_EQ(held(world), 0U);
                       world.pause();
                       EXPECT_EQ((**borrow).slot, 1);
                     }
                   }},
                  {"importer",
                   [&] {
                     auto commit = states.commit_keep_existing("importer", 2, make(2));
                     EXPECT_EQ(commit.value.backing(), Backing::kExclusive);
                     EXPECT_FALSE(commit.kept_existing);
                     world.pause();
                     EXPECT_EQ(commit.value->slot, 2);
                   }},
                  {"pruner", [&] {
                     for (int key = 1; key <= 2; ++key) {
                       static_cast<void>(states.fetch_remove("pruner", key));
                     }
                   }}});
    static_cast<void>(states.fetch_remove("test", 2));
    EXPECT_EQ(states.count("test"), 0U);
    EXPECT_EQ(alive, 0);
  });
}

TEST(Borrowed, keeps_the_state_that_is_there_and_says_so) {
  test::in_all_worlds(300, [](LockWorld& world) {
    States states(world.seams(), Tier::kStates, "states");
    const State* first = nullptr;
    int kept = 0;
    const auto import = [&](int slot) {
      return [&, slot] {
        const auto commit = states.commit_keep_existing("import", 7, std::make_shared<const State>(slot));
        kept += commit.kept_existing ? 1 : 0;
        first = first == nullptr ? &*commit.value : first;
        EXPECT_EQ(&*commit.value, first);
      };
    };
    world.beside({{"a", import(1)}, {"b", import(2)}, {"c", import(3)}});
    EXPECT_EQ(kept, 2);
    EXPECT_EQ(states.kept_existing("test"), 2U);
    EXPECT_EQ(states.count("test"), 1U);
    EXPECT_THROW(states.put_exclusive("test", 7, std::make_shared<const State>(4)), base::AssertionFailed);
  });
}

TEST(Borrowed, ends_once_however_often_it_is_released) {
  test::on_threads([](LockWorld& world) {
    States states(world.seams(), Tier::kStates, "states");
    states.put_exclusive("test", 1, std::make_shared<const State>(1));
    auto borrow = states.get("test", 1);
    EXPECT_EQ(held(world), 1U);
    EXPECT_THROW(borrow->assert_released(), base::AssertionFailed);
    borrow->release();
    borrow->release();
    EXPECT_EQ(held(world), 0U);
    EXPECT_NO_THROW(borrow->assert_released());
    EXPECT_THROW(static_cast<void>(**borrow), base::AssertionFailed);
    // The lock is free: a writer gets in.
    EXPECT_NE(states.fetch_remove("test", 1), nullptr);
    EXPECT_EQ(states.fetch_remove("test", 1), nullptr);
    EXPECT_FALSE(states.get("test", 1).has_value());
    EXPECT_EQ(held(world), 0U) << "nothing is held for what is not there";
  });
}

TEST(Borrowed, moves_on_with_its_lock) {
  test::on_threads([](LockWorld& world) {
    States states(world.seams(), Tier::kStates, "states");
    states.put_exclusive("test", 1, std::make_shared<const State>(5));
    auto borrow = states.get("test", 1);
    {
      const Borrowed<State> moved(std::move(*borrow));
      EXPECT_TRUE(borrow->is_released());
      EXPECT_EQ(moved->slot, 5);
      borrow->release();
      EXPECT_EQ(held(world), 1U) << "what was moved away is not released by who had it";
    }
    EXPECT_EQ(held(world), 0U);
  });
}

TEST(Borrowed, is_over_after_cloning_also_when_that_fails) {
  test::on_threads([](LockWorld& world) {
    States states(world.seams(), Tier::kStates, "states");
    states.put_exclusive("test", 1, std::make_shared<const State>(1));
    states.put_exclusive("test", 2, std::make_shared<const State>(2, false));
    auto good = states.get("test", 1);
    EXPECT_EQ(good->clone_and_release().slot, 1);
    EXPECT_EQ(held(world), 0U);
    EXPECT_THROW(static_cast<void>(good->clone_and_release()), base::AssertionFailed);
    auto bad = states.get("test", 2);
    EXPECT_THROW(static_cast<void>(bad->clone_and_release()), std::runtime_error);
    EXPECT_EQ(held(world), 0U);
    bad->assert_released();
    EXPECT_NE(states.fetch_remove("test", 2), nullptr);
  });
}

TEST(CachedValue, is_not_replaced_while_it_is_borrowed) {
  test::in_all_worlds(300, [](LockWorld& world) {
    CachedValue<State> finalized(world.seams(), Tier::kCaches, "events");
    TieredMutex sibling(world.seams(), Tier::kCaches, "keys");
    EXPECT_FALSE(finalized.borrow("test").has_value());
    finalized.replace("test", std::make_shared<const State>(0));
    bool borrowed = false;
    world.beside({{"http",
                   [&] {
                     auto borrow = finalized.borrow("http");
                     borrowed = true;
                     EXPECT_EQ(borrow->backing(), Backing::kMutex);
                     const int before = (**borrow).slot;
                     world.pause();
                     EXPECT_EQ((**borrow).slot, before);
                     // The tier counts as taken for as long as the borrow lives.
                     EXPECT_THROW(static_cast<void>(sibling.hold("http")), base::AssertionFailed);
                     borrow->release();
                     borrowed = false;
                     EXPECT_TRUE(sibling.hold("http").is_held());
                   }},
                  {"finality", [&] {
                     for (int slot = 1; slot < 4; ++slot) {
                       finalized.replace("finality", std::make_shared<const State>(slot));
                     }
                   }}});
    EXPECT_EQ((**finalized.borrow("end")).slot, 3);
  });
}

}  // namespace
}  // namespace lockstep::locking
