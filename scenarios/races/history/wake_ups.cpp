// Work that waits while the one who should do it sleeps.
#include <array>
#include <deque>
#include <mutex>
#include <optional>

#include "node/locking/single_flight.h"
#include "node/locking/work_lanes.h"
#include "node/runtime/stop.h"
#include "scenarios/races/history/off_cpu.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::Tier;

/// Two queues, each with a mutex and a condition; the worker sleeps on that of the first.
class ParksOnBlocks {
 public:
  explicit ParksOnBlocks(World& world)
      : block_mutex_(world.sync(), "blocks"),
        vote_mutex_(world.sync(), "votes"),
        blocks_came_(world.sync(), "blocks came"),
        votes_came_(world.sync(), "votes came") {}
  void push_vote(int vote) {
    {
      const std::lock_guard lock(vote_mutex_);
      votes_.push_back(vote);
    }
    votes_came_.notify_one();
  }
  int pop() {
    while (true) {
      {
        const std::lock_guard lock(vote_mutex_);
        if (!votes_.empty()) {
          const int vote = votes_.front();
          votes_.pop_front();
          return vote;
        }
      }
      std::unique_lock lock(block_mutex_);
      blocks_came_.wait(lock);
    }
  }

 private:
  runtime::Mutex block_mutex_;
  runtime::Mutex vote_mutex_;
  runtime::CondVar blocks_came_;
  runtime::CondVar votes_came_;
  std::deque<int> votes_;
};
class SleepsOnAll {
 public:
  explicit SleepsOnAll(World& world) : lanes_(world.seams(), Tier::kPendingBlocks, "work", {4, 4}) {}
  void push_vote(int vote) { static_cast<void>(lanes_.push("vote", 1, vote)); }
  int pop() { return lanes_.pop("worker").value_or(-1); }

 private:
  locking::WorkLanes<int, 2> lanes_;
};

/// B-122. No block comes, only votes.
template <typename Queues>
void votes_wake_the_worker(World& world) {
  Queues queues(world);
  world.beside({{"worker",
                 [&] {
                   for (int i = 0; i < 2; ++i) {
                     world.expect(queues.pop() == i, "votes come out as they went in");
                   }
                 }},
                {"gossip", [&] {
                   for (int i = 0; i < 2; ++i) {
                     queues.push_vote(i);
                   }
                 }}});
}

/// Counts what was queued and what was taken beside the queue, and sleeps when the counts agree.
class SleepsByCount {
 public:
  explicit SleepsByCount(OffCpu& cpu)
      : queue_mutex_(&cpu, "queue"), park_mutex_(&cpu, "parking"), came_(&cpu, "came"), sent_(&cpu, "sent") {}
  void push(int work) {
    {
      const std::lock_guard lock(queue_mutex_);
      queue_.push_back(work);
    }
    sent_.fetch_add(1);
    {
      const std::lock_guard lock(park_mutex_);
    }
    came_.notify_one();
  }
  int pop() {
    while (true) {
      {
        const std::lock_guard lock(queue_mutex_);
        if (!queue_.empty()) {
          const int work = queue_.front();
          queue_.pop_front();
          ++received_;
          return work;
        }
      }
      std::unique_lock lock(park_mutex_);
      if (sent_.load() <= received_) {
        came_.wait(lock);
      }
    }
  }

 private:
  runtime::Mutex queue_mutex_;
  runtime::Mutex park_mutex_;
  runtime::CondVar came_;
  runtime::Atomic<int> sent_;
  int received_ = 0;
  std::deque<int> queue_;
};
class SleepsByLook {
 public:
  explicit SleepsByLook(OffCpu& cpu) : lanes_(cpu.seams(), Tier::kPendingBlocks, "work", {4}) {}
  void push(int work) { static_cast<void>(lanes_.push("push", 0, work)); }
  int pop() { return lanes_.pop("worker").value_or(-1); }

 private:
  locking::WorkLanes<int, 1> lanes_;
};

/// M-01. One of two producers loses its CPU between the steps of queueing. What the other queues, piece by
/// piece, must not wait for it.
template <typename Queue>
void a_producer_off_its_cpu_delays_nobody(World& world) {
  constexpr int kItems = 8;
  OffCpu cpu(world, 2);
  Queue queue(cpu);
  runtime::Semaphore handled(world.sync(), "handled", kItems, 0);
  world.beside({{"slow producer",
                 [&] {
                   cpu.befalls_me();
                   queue.push(0);
                 }},
                {"producer",
                 [&] {
                   for (int item = 1; item <= kItems; ++item) {
                     queue.push(item);
                     handled.acquire();
                   }
                   world.expect(world.clock().now() < base::Instant(OffCpu::kAway),
                                "the worker slept while work was queued");
                 }},
                {"worker", [&] {
                   for (int i = 0; i <= kItems; ++i) {
                     if (queue.pop() != 0) {
                       handled.release();
                     }
                   }
                 }}});
}

/// Two flags that are looked at one after the other.
class TwoFlags {
 public:
  explicit TwoFlags(World& world)
      : in_flight_(world.sync(), "in flight", false), pending_(world.sync(), "pending", false) {}
  bool request(const char* /*site*/) {
    if (in_flight_.exchange(true)) {
      pending_.store(true);
      return false;
    }
    return true;
  }
  bool finish(const char* /*site*/) {
    if (pending_.exchange(false)) {
      return true;
    }
    in_flight_.store(false);
    return false;
  }

 private:
  runtime::Atomic<bool> in_flight_;
  runtime::Atomic<bool> pending_;
};
class OneState : public locking::SingleFlight {
 public:
  explicit OneState(World& world) : SingleFlight(world.seams(), Tier::kCaches, "aggregation") {}
};

/// M-03. The trigger comes as the run before it ends.
template <typename Flight>
void every_trigger_is_followed_by_a_run(World& world) {
  Flight flight(world);
  Noted<int> asked;
  Noted<int> seen;
  const auto trigger = [&] {
    asked += 1;
    if (flight.request("trigger")) {
      do {
        seen = static_cast<int>(asked);
        world.pause();
      } while (flight.finish("run"));
    }
  };
  world.beside({{"interval", trigger}, {"importer", trigger}});
  world.expect(seen == asked, "a trigger was followed by no run");
}

/// Raises the flag and notifies, but not under the mutex of those who look before they sleep.
class BareSignal {
 public:
  explicit BareSignal(World& world)
      : mutex_(world.sync(), "stop"),
        raised_(world.sync(), "stop"),
        requested_(world.sync(), "stop", false) {}
  void request() {
    requested_.store(true);
    raised_.notify_all();
  }
  bool wait_until(base::Instant deadline) {
    std::unique_lock lock(mutex_);
    while (!requested_.load()) {
      if (!raised_.wait_until(lock, deadline)) {
        return requested_.load();
      }
    }
    return true;
  }

 private:
  runtime::Mutex mutex_;
  runtime::CondVar raised_;
  runtime::Atomic<bool> requested_;
};
class NodeSignal : public runtime::StopSignal {
 public:
  explicit NodeSignal(World& world) : StopSignal(world.sync()) {}
};

/// L-01, a lost wake-up that the catalogue does not have. A watchdog that sleeps until its next look is asked
/// to stop; whoever asked waits for it.
template <typename Signal>
void a_stop_reaches_who_is_about_to_sleep(World& world) {
  constexpr base::Duration kLookEvery = std::chrono::seconds(1);
  Signal signal(world);
  world.beside({{"watchdog",
                 [&] {
                   const base::Instant next_look = world.clock().now() + kLookEvery;
                   world.expect(signal.wait_until(next_look), "a request to stop was slept through");
                   world.expect(world.clock().now() < next_look, "a request to stop was slept through");
                 }},
                {"main", [&] { signal.request(); }}});
}

}  // namespace

std::vector<Pair> wake_up_pairs() {
  return {
      {"B-122", "work in any queue wakes the worker", 200, &votes_wake_the_worker<ParksOnBlocks>,
       &votes_wake_the_worker<SleepsOnAll>},
      {"L-01", "a stop request is seen before sleep or ends it", 200,
       &a_stop_reaches_who_is_about_to_sleep<BareSignal>, &a_stop_reaches_who_is_about_to_sleep<NodeSignal>},
      {"M-01", "a worker sleeps on pending work only while its producer runs", 200,
       &a_producer_off_its_cpu_delays_nobody<SleepsByCount>,
       &a_producer_off_its_cpu_delays_nobody<SleepsByLook>},
      {"M-03", "every trigger is followed by the beginning of a run", 200,
       &every_trigger_is_followed_by_a_run<TwoFlags>, &every_trigger_is_followed_by_a_run<OneState>},
  };
}

}  // namespace lockstep::scenarios::races
