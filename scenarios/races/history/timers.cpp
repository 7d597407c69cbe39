// The slot clock's timer: duties that are lost, done twice or done for ever.
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "node/node/slot_timer.h"
#include "node/runtime/atomic.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using base::Duration;
using base::Instant;
using Duty = std::function<void(std::uint64_t)>;

constexpr Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
/// How early a clock of the network may be.
constexpr Duration kSlack = std::chrono::milliseconds(100);
constexpr std::uint64_t kIntervals = 4;

Instant start_of(std::uint64_t interval) {
  return Instant(kInterval * static_cast<std::int64_t>(interval));
}

/// Arms a timer for the next interval, whose callback is the duty, whenever a boundary has come, or is to
/// come within the slack; arming cancels what was armed.
class CancelsTheArmed {
 public:
  explicit CancelsTheArmed(World& world) : clock_(world.clock()) {}
  void turn(const Duty& duty) {
    const Instant now = clock_.now();
    if (armed_ && now >= start_of(*armed_)) {
      duty(*std::exchange(armed_, std::nullopt));
    }
    if (now + kSlack >= start_of(next_)) {
      next_ = static_cast<std::uint64_t>((now + kSlack).time_since_epoch() / kInterval) + 1;
      armed_ = next_;
    }
  }
  [[nodiscard]] Instant next_look() const { return start_of(armed_.value_or(next_)); }

 private:
  const runtime::Clock& clock_;
  std::optional<std::uint64_t> armed_;
  std::uint64_t next_ = 0;
};

/// A list of timers that are linked into it themselves, of which there is one. It is armed again by the same
/// check, and linked again though it still is in the list.
class LinksItTwice {
 public:
  explicit LinksItTwice(World& world) : world_(world) {}
  void turn(const Duty& duty) {
    const Instant now = world_.clock().now();
    while (first_ != nullptr && now >= first_->due) {
      Timer* const due = std::exchange(first_, first_->next);
      due->next = nullptr;
      duty(static_cast<std::uint64_t>(due->due.time_since_epoch() / kInterval));
    }
    if (now + kSlack >= start_of(next_)) {
      next_ = static_cast<std::uint64_t>((now + kSlack).time_since_epoch() / kInterval) + 1;
      insert(start_of(next_));
    }
  }
  [[nodiscard]] Instant next_look() const { return first_ == nullptr ? start_of(next_) : first_->due; }

 private:
  struct Timer {
    Instant due;
    Timer* next = nullptr;
  };
  /// Behind all that are due no later.
  void insert(Instant due) {
    timer_.due = due;
    Timer** place = &first_;
    while (*place != nullptr && (*place)->due <= due) {
      world_.pause();
      place = &(*place)->next;
    }
    timer_.next = *place;
    *place = &timer_;
  }

  World& world_;
  Timer timer_;
  Timer* first_ = nullptr;
  std::uint64_t next_ = 0;
};

class NodeTimer {
 public:
  explicit NodeTimer(World& world) : timer_(world.clock(), 0, spec::Interval(0)) {}
  void turn(const Duty& duty) {
    while (const auto due = timer_.take_due()) {
      duty(due->interval.value);
    }
  }
  [[nodiscard]] Instant next_look() const { return timer_.next_look(std::nullopt); }

 private:
  node::SlotTimer timer_;
};

/// B-063 and B-148. Batches of work come at any time and take their time; some end just before a boundary.
template <typename Timer>
void every_interval_is_done_once(World& world) {
  Timer timer(world);
  std::array<int, kIntervals + 2> done{};
  world.beside({{"loop", [&] {
                   const Instant end = start_of(kIntervals) + kInterval / 2;
                   bool was_busy = false;
                   const Duty duty = [&](std::uint64_t interval) {
                     const Instant now = world.clock().now();
                     world.expect(now >= start_of(interval), "a duty was done early");
                     world.expect(was_busy || now == start_of(interval), "the loop slept past a boundary");
                     ++done.at(interval);
                     world.pause();
                   };
                   while (world.clock().now() < end) {
                     timer.turn(duty);
                     was_busy = world.choose(2) == 0;
                     if (was_busy) {
                       world.spend(std::chrono::milliseconds(150 + 200 * world.choose(4)));
                     } else {
                       world.scheduler().sleep_until(timer.next_look());
                     }
                   }
                   timer.turn(duty);
                 }}});
  for (std::uint64_t interval = 1; interval <= kIntervals; ++interval) {
    world.expect(done.at(interval) == 1, "the duty of an interval was not done once");
  }
}

/// Notes that an interval is over when all its duties are done.
class AdvancesLast {
 public:
  explicit AdvancesLast(World& world) : clock_(world.clock()) {}
  /// Calls `duty(interval)`, which says whether it could be done.
  template <typename F>
  void turn(F&& duty) {
    while (start_of(done_ + 1) <= clock_.now()) {
      if (!duty(done_ + 1)) {
        return;
      }
      ++done_;
    }
  }

 private:
  const runtime::Clock& clock_;
  std::uint64_t done_ = 0;
};
class AdvancesFirst {
 public:
  explicit AdvancesFirst(World& world) : timer_(world.clock(), 0, spec::Interval(0)) {}
  template <typename F>
  void turn(F&& duty) {
    while (const auto due = timer_.take_due()) {
      if (!duty(due->interval.value)) {
        return;
      }
    }
  }

 private:
  node::SlotTimer timer_;
};

/// B-112. Gossip brings a block that makes the aggregator's duty fail, from then on and always.
template <typename Timer>
void a_failing_duty_does_not_stop_the_clock(World& world) {
  Timer timer(world);
  runtime::Atomic<bool> bad_block(world.sync(), "bad block", false);
  std::array<int, 2 * kIntervals + 1> tried{};
  std::uint64_t latest = 0;
  world.beside({{"loop",
                 [&] {
                   for (std::uint64_t turn = 1; turn <= 2 * kIntervals; ++turn) {
                     world.scheduler().sleep_until(start_of(turn));
                     timer.turn([&](std::uint64_t interval) {
                       ++tried.at(interval);
                       latest = interval;
                       world.pause();
                       return interval % spec::INTERVALS_PER_SLOT != 2 || !bad_block.load();
                     });
                   }
                 }},
                {"gossip", [&] {
                   world.scheduler().sleep_until(start_of(world.choose(kIntervals)));
                   bad_block.store(true);
                 }}});
  world.expect(latest == 2 * kIntervals, "the clock stands still at one interval");
  for (std::uint64_t interval = 1; interval <= 2 * kIntervals; ++interval) {
    world.expect(tried.at(interval) == 1, "the duties of an interval were tried again and again");
  }
}

}  // namespace

std::vector<Pair> timer_pairs() {
  return {
      {"B-063", "each interval's duty is done exactly once and never early", 200,
       &every_interval_is_done_once<CancelsTheArmed>, &every_interval_is_done_once<NodeTimer>},
      {"B-112", "the interval is counted before its duties may fail", 200,
       &a_failing_duty_does_not_stop_the_clock<AdvancesLast>,
       &a_failing_duty_does_not_stop_the_clock<AdvancesFirst>},
      {"B-148", "a timer is armed in one place", 200, &every_interval_is_done_once<LinksItTwice>,
       &every_interval_is_done_once<NodeTimer>},
  };
}

}  // namespace lockstep::scenarios::races
