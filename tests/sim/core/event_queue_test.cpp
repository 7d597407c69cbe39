// The event queue keeps the order of a sorted map, whatever is pushed, cancelled and asked for.
#include "sim/core/event_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "node/base/assert.h"
#include "sim/core/choices.h"

namespace lockstep::sim {
namespace {

Event numbered(std::uint64_t number) {
  Event event;
  event.a = number;
  return event;
}

TEST(EventQueue, pops_by_time_then_by_insertion) {
  EventQueue queue;
  queue.push(at_nanoseconds(20), numbered(1));
  queue.push(at_nanoseconds(10), numbered(2));
  queue.push(at_nanoseconds(20), numbered(3));
  queue.push(at_nanoseconds(10), numbered(4));
  std::vector<std::uint64_t> order;
  Time time;
  Event event;
  while (queue.pop_until(Time::max(), time, event)) {
    order.push_back(event.a);
  }
  EXPECT_EQ(order, (std::vector<std::uint64_t>{2, 4, 1, 3}));
}

TEST(EventQueue, leaves_what_is_later_than_the_limit) {
  EventQueue queue;
  queue.push(at_nanoseconds(1'000'000'000'000'000), numbered(1));
  Time time;
  Event event;
  EXPECT_FALSE(queue.pop_until(at_nanoseconds(999'999'999'999'999), time, event));
  queue.push(at_nanoseconds(999'999'999'999'999), numbered(2));
  EXPECT_EQ(queue.next_time(), at_nanoseconds(999'999'999'999'999));
  EXPECT_TRUE(queue.pop_until(at_nanoseconds(1'000'000'000'000'000), time, event));
  EXPECT_EQ(event.a, 2U);
  EXPECT_TRUE(queue.pop_until(at_nanoseconds(1'000'000'000'000'000), time, event));
  EXPECT_EQ(event.a, 1U);
  EXPECT_EQ(queue.next_time(), std::nullopt);
}

TEST(EventQueue, refuses_events_before_the_present) {
  EventQueue queue;
  queue.push(at_nanoseconds(10), numbered(1));
  Time time;
  Event event;
  ASSERT_TRUE(queue.pop_until(Time::max(), time, event));
  EXPECT_THROW(queue.push(at_nanoseconds(9), numbered(2)), base::AssertionFailed);
  EXPECT_THROW(queue.push(at_nanoseconds(-1), numbered(2)), base::AssertionFailed);
  queue.push(at_nanoseconds(10), numbered(3));
  EXPECT_TRUE(queue.pop_until(at_nanoseconds(10), time, event));
}

TEST(EventQueue, holds_the_largest_time_there_is) {
  EventQueue queue;
  queue.push(Time::max(), numbered(1));
  queue.push(at_nanoseconds(0), numbered(2));
  Time time;
  Event event;
  ASSERT_TRUE(queue.pop_until(Time::max(), time, event));
  EXPECT_EQ(event.a, 2U);
  ASSERT_TRUE(queue.pop_until(Time::max(), time, event));
  EXPECT_EQ(time, Time::max());
}

TEST(EventQueue, does_not_take_a_cancelled_event_for_its_successor) {
  EventQueue queue;
  const EventId first = queue.push(at_nanoseconds(10), numbered(1));
  EXPECT_TRUE(queue.cancel(first));
  const EventId second = queue.push(at_nanoseconds(10), numbered(2));
  EXPECT_FALSE(queue.cancel(first));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_TRUE(queue.cancel(second));
  Time time;
  Event event;
  EXPECT_FALSE(queue.pop_until(Time::max(), time, event));
  EXPECT_FALSE(queue.cancel(EventId{77, 0}));
}

TEST(EventQueue, does_not_grow_with_timers_that_are_always_cancelled) {
  EventQueue queue;
  queue.push(at_nanoseconds(1), numbered(0));
  const base::Duration day = std::chrono::hours(24);
  for (int i = 0; i < 1'000'000; ++i) {
    EXPECT_TRUE(queue.cancel(queue.push(Time(day) + base::Duration(i), numbered(1))));
  }
  EXPECT_LT(queue.chunks_mapped(), 200U);
  Time time;
  Event event;
  EXPECT_TRUE(queue.pop_until(Time::max(), time, event));
  EXPECT_FALSE(queue.pop_until(Time::max(), time, event));
}

TEST(EventQueue, does_not_grow_with_few_events_that_follow_one_another) {
  EventQueue queue;
  // Far apart enough for a wide slot, close enough that every push falls into the sorted front.
  queue.push(at_nanoseconds(std::int64_t{1} << 50), numbered(0));
  Time time;
  Event event;
  ASSERT_TRUE(queue.pop_until(Time::max(), time, event));
  queue.push(time, event);
  for (int i = 0; i < 1'000'000; ++i) {
    queue.push(time + base::Duration(100 + i % 7), event);
    ASSERT_TRUE(queue.pop_until(Time::max(), time, event));
  }
  EXPECT_LT(queue.front_capacity(), 4096U);
}

/// How far ahead events are pushed, how often they are cancelled, how the clock is advanced.
struct Workload {
  const char* name;
  std::int64_t near;
  std::int64_t far;
  std::uint32_t far_chance;
  std::uint32_t same_chance;
  std::uint32_t cancel_chance;
  std::uint32_t push_chance;
  bool limited;
};

class EventQueueAgainstMap : public ::testing::TestWithParam<Workload> {};

/// Runs one random history on the queue and on a multimap side by side.
class History {
 public:
  History(const Workload& workload, std::uint64_t seed)
      : workload_(workload), choices_(seed), dice_(choices_, ChoiceDomain::kTest, 0, 0) {}

  void run(int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step) {
      if (dice_.chance(workload_.push_chance)) {
        push();
      } else if (dice_.chance(workload_.cancel_chance)) {
        cancel();
      } else {
        pop(workload_.limited
                ? now_ + static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(workload_.near)))
                : nanoseconds(Time::max()));
      }
    }
    ASSERT_EQ(queue_.size(), model_.size());
    if (!model_.empty()) {
      ASSERT_EQ(queue_.next_time(), at_nanoseconds(model_.begin()->first));
    }
    while (!model_.empty() && !::testing::Test::HasFatalFailure()) {
      pop(nanoseconds(Time::max()));
    }
  }

 private:
  void push() {
    const bool far = dice_.chance(workload_.far_chance);
    const auto reach = static_cast<std::uint64_t>(far ? workload_.far : workload_.near);
    std::int64_t time = now_ + static_cast<std::int64_t>(dice_.below(reach));
    if (dice_.chance(workload_.same_chance)) {
      time = last_;
    }
    last_ = time = std::max(time, now_);
    const EventId id = queue_.push(at_nanoseconds(time), numbered(next_));
    model_.emplace(time, std::pair(next_, id));
    ids_.push_back(id);
    ++next_;
  }
  void cancel() {
    if (ids_.empty()) {
      return;
    }
    const EventId id = ids_[dice_.below(ids_.size())];
    bool pending = false;
    for (auto entry = model_.begin(); entry != model_.end() && !pending;) {
      pending = entry->second.second == id;
      entry = pending ? model_.erase(entry) : std::next(entry);
    }
    ASSERT_EQ(queue_.cancel(id), pending);
  }
  void pop(std::int64_t limit) {
    Time time;
    Event event;
    const bool popped = queue_.pop_until(at_nanoseconds(limit), time, event);
    const bool expected = !model_.empty() && model_.begin()->first <= limit;
    ASSERT_EQ(popped, expected);
    if (!popped) {
      now_ = limit == nanoseconds(Time::max()) ? now_ : limit;
      return;
    }
    ASSERT_EQ(nanoseconds(time), model_.begin()->first);
    ASSERT_EQ(event.a, model_.begin()->second.first);
    now_ = nanoseconds(time);
    model_.erase(model_.begin());
  }

  Workload workload_;
  Choices choices_;
  ChoiceStream dice_;
  EventQueue queue_;
  std::multimap<std::int64_t, std::pair<std::uint64_t, EventId>> model_;
  std::vector<EventId> ids_;
  std::uint64_t next_ = 0;
  std::int64_t now_ = 0;
  std::int64_t last_ = 0;
};

TEST_P(EventQueueAgainstMap, agrees_in_every_history) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    History history(GetParam(), seed);
    history.run(3000);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Workloads, EventQueueAgainstMap,
    ::testing::Values(
        Workload{"steady", 1'000'000, 1, 0, 0, 0, 500'000, false},
        Workload{"dense", 64, 1, 0, 100'000, 50'000, 600'000, false},
        Workload{"bursts", 2'000'000, 1, 0, 800'000, 50'000, 650'000, false},
        Workload{"sparse", 4'000'000'000, 86'400'000'000'000, 100'000, 0, 100'000, 510'000, false},
        Workload{"far", 1000, 4'000'000'000'000'000'000, 500'000, 10'000, 100'000, 550'000, true},
        Workload{"limited", 300'000, 10'000'000'000, 50'000, 100'000, 300'000, 550'000, true},
        Workload{"zero", 1, 5000, 10'000, 100'000, 100'000, 550'000, true},
        Workload{"cancelled", 1'000'000'000, 1, 0, 0, 900'000, 500'000, false}),
    [](const ::testing::TestParamInfo<Workload>& tested) { return tested.param.name; });

TEST(EventQueue, agrees_with_a_map_when_thousands_are_pending) {
  EventQueue queue;
  std::multimap<std::int64_t, std::uint64_t> model;
  Choices choices(3);
  ChoiceStream dice(choices, ChoiceDomain::kTest, 1, 0);
  std::int64_t now = 0;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const std::int64_t time = now + static_cast<std::int64_t>(dice.below(3'000'000));
    queue.push(at_nanoseconds(time), numbered(i));
    model.emplace(time, i);
    if (i >= 20'000) {
      Time popped;
      Event event;
      ASSERT_TRUE(queue.pop_until(Time::max(), popped, event));
      ASSERT_EQ(nanoseconds(popped), model.begin()->first);
      ASSERT_EQ(event.a, model.begin()->second);
      now = nanoseconds(popped);
      model.erase(model.begin());
    }
  }
}

}  // namespace
}  // namespace lockstep::sim
