// Queues to one thread: without bound, with what is lost at the bound, and with a bell that nobody hears.
#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "node/locking/mpsc_queue.h"
#include "node/locking/wake_up.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::MpscQueue;
using locking::Queued;

constexpr std::size_t kBound = 2;

/// A queue that takes everything.
class TakesAll {
 public:
  explicit TakesAll(World& world) : mutex_(world.sync(), "commands") {}
  Queued push(int command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command);
    return Queued::kQueued;
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return commands_.size();
  }
  void close() {}

 private:
  runtime::Mutex mutex_;
  std::deque<int> commands_;
};
class NodeQueue {
 public:
  explicit NodeQueue(World& world) : queue_(world.sync(), "commands", kBound) {}
  Queued push(int command) { return queue_.push(command); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }
  void close() { queue_.close(); }

 private:
  MpscQueue<int> queue_;
};

/// B-047. The loop stalls and ends, and producers go on. The queue stays within its bound, and everybody
/// knows what became of his command.
template <typename Queue>
void a_stalled_loop_fills_no_memory(World& world) {
  Queue queue(world);
  Noted<std::size_t> queued;
  const auto produce = [&] {
    for (int command = 0; command < 3; ++command) {
      queued += queue.push(command) == Queued::kQueued ? 1 : 0;
      world.expect(queue.size() <= kBound, "a queue grew beyond its bound");
    }
  };
  world.beside({{"publisher", produce}, {"requester", produce}, {"loop", [&] { queue.close(); }}});
  world.expect(queue.size() == queued, "somebody was told something else than what became of his command");
  world.expect(queue.push(9) == Queued::kClosed, "a loop that has ended still takes commands");
}

/// Something on the heap, counted while it is there.
class Vote {
 public:
  explicit Vote(Noted<int>& alive) : alive_(alive) { alive_ += 1; }
  Vote(const Vote& other) : alive_(other.alive_) { alive_ += 1; }
  Vote& operator=(const Vote&) = delete;
  ~Vote() { alive_ -= 1; }

 private:
  Noted<int>& alive_;
};

/// Copies a vote for the worker, and knows the copy by its address until the worker has it.
class ByAddress {
 public:
  explicit ByAddress(World& world) : world_(world), queue_(world.sync(), "votes", kBound) {}
  ~ByAddress() {
    while (const auto vote = queue_.pop()) {
      std::destroy_at(*vote);
    }
  }
  ByAddress(const ByAddress&) = delete;
  ByAddress& operator=(const ByAddress&) = delete;
  void submit(const Vote& vote) {
    // The world frees the memory in the end, so that no checker of leaks takes the story's bug for one of
    // ours.
    const auto place = std::make_shared<Place>();
    world_.keep(place);
    Vote* copy = std::construct_at(reinterpret_cast<Vote*>(place->bytes.data()), vote);
    static_cast<void>(queue_.push(copy));
  }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }

 private:
  struct Place {
    alignas(Vote) std::array<std::byte, sizeof(Vote)> bytes;
  };

  World& world_;
  MpscQueue<Vote*> queue_;
};
class ByOwner {
 public:
  explicit ByOwner(World& world) : queue_(world.sync(), "votes", kBound) {}
  void submit(const Vote& vote) {
    auto copy = std::make_unique<Vote>(vote);
    static_cast<void>(queue_.push(copy));
  }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }

 private:
  MpscQueue<std::unique_ptr<Vote>> queue_;
};

/// B-061. Gossip floods a worker that cannot keep up. What is not queued is freed.
template <typename Queue>
void what_is_refused_is_freed(World& world) {
  Noted<int> alive;
  {
    Queue queue(world);
    const auto flood = [&] {
      for (int i = 0; i < 2; ++i) {
        const Vote vote(alive);
        queue.submit(vote);
      }
    };
    world.beside({{"first peer", flood}, {"second peer", flood}});
    world.expect(alive == static_cast<int>(queue.size()), "votes that the queue refused are still there");
  }
  world.expect(alive == 0, "votes outlive their queue");
}

/// Takes the ring for answered when it comes back for the next one.
class AnswersBeforeSleep {
 public:
  explicit AnswersBeforeSleep(World& world)
      : rung_(world.sync(), "bell", false), permit_(world.sync(), "wake-up", 1, 0) {}
  void notify() {
    if (!rung_.exchange(true)) {
      permit_.release();
    }
  }
  void wait() {
    rung_.store(false);
    permit_.acquire();
  }

 private:
  runtime::Atomic<bool> rung_;
  runtime::Semaphore permit_;
};
class NodeWakeUp : public locking::WakeUp {
 public:
  explicit NodeWakeUp(World& world) : WakeUp(world.sync(), "wake-up") {}
};

/// L-03, as B-122 without locks. The main loop sleeps until the bell rings, and takes what is there.
template <typename Bell>
void whoever_rings_is_heard(World& world) {
  constexpr int kEach = 2;
  MpscQueue<int> events(world.sync(), "events", 8);
  Bell bell(world);
  const auto produce = [&] {
    for (int event = 0; event < kEach; ++event) {
      static_cast<void>(events.push(event));
      bell.notify();
    }
  };
  world.beside({{"network", produce}, {"chain", produce}, {"main", [&] {
                                                             int taken = 0;
                                                             while (taken < 2 * kEach) {
                                                               bell.wait();
                                                               while (events.pop()) {
                                                                 ++taken;
                                                               }
                                                             }
                                                           }}});
}

}  // namespace

std::vector<Pair> queue_pairs() {
  return {
      {"B-047", "a queue has a bound, and whoever is refused learns why", 200,
       &a_stalled_loop_fills_no_memory<TakesAll>, &a_stalled_loop_fills_no_memory<NodeQueue>},
      {"B-061", "what a call allocates it hands over or frees", 200, &what_is_refused_is_freed<ByAddress>,
       &what_is_refused_is_freed<ByOwner>},
      {"L-03", "a ring after the last look is heard", 200, &whoever_rings_is_heard<AnswersBeforeSleep>,
       &whoever_rings_is_heard<NodeWakeUp>},
  };
}

}  // namespace lockstep::scenarios::races
