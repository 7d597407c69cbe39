// One busy run gives one hash: twice in a process, and in every build that compares itself to the constants.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/engine.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kDelivered = static_cast<std::uint32_t>(TraceKind::kFirstFree);

/// A mailbox between the threads of one node and events of the world.
struct Box {
  Box(Engine& engine, std::uint32_t number)
      : sync(engine, time),
        scheduler(engine, node_lane(number), time),
        mutex(&sync, "box"),
        filled(&sync, "box") {}
  ExactTime time;
  FiberSync sync;
  FiberScheduler scheduler;
  runtime::Mutex mutex;
  runtime::CondVar filled;
  std::deque<std::uint64_t> letters;
  std::vector<std::unique_ptr<runtime::Thread>> threads;
};

/// Eight nodes with three threads each send numbers to one another for thirty virtual seconds.
class Town {
 public:
  Town(std::uint64_t seed, Policy policy) : choices_(seed), engine_(choices_, options(policy)) {
    for (std::uint32_t node = 0; node < 8; ++node) {
      boxes_.emplace_back(engine_, node);
    }
    for (std::uint32_t node = 0; node < 8; ++node) {
      Box& box = boxes_[node];
      box.threads.push_back(box.scheduler.spawn("sender", [this, node] { send(node); }));
      box.threads.push_back(box.scheduler.spawn("reader", [this, node] { read(node); }));
      box.threads.push_back(box.scheduler.spawn("second reader", [this, node] { read(node); }));
    }
  }
  ~Town() { engine_.unwind(); }
  Town(const Town&) = delete;
  Town& operator=(const Town&) = delete;
  RunEnd run() { return engine_.run_until(Time(seconds(30))); }
  [[nodiscard]] TraceTree tree() { return engine_.trace().tree(); }
  [[nodiscard]] Engine& engine() { return engine_; }
  [[nodiscard]] Choices& choices() { return choices_; }

 private:
  static Engine::Options options(Policy policy) {
    Engine::Options options;
    options.policy = policy;
    return options;
  }
  void send(std::uint32_t node) {
    ChoiceStream dice(choices_, ChoiceDomain::kWorkload, node, 0);
    while (true) {
      engine_.sleep_until(engine_.now() + dice.between(base::Duration(0), milliseconds(200)));
      const auto to = static_cast<std::uint32_t>(dice.below(8));
      const base::Duration latency = dice.chance(300'000) ? base::Duration(0) : milliseconds(dice.below(50));
      engine_.call_at(engine_.now() + latency,
                      Event::call<&Town::deliver>(*this, node_lane(to), 1, to, dice.bits() & 0xff));
    }
  }
  void deliver(std::uint64_t to, std::uint64_t letter) {
    engine_.trace().record(node_lane(static_cast<std::uint32_t>(to)), kDelivered, to, letter);
    boxes_[to].letters.push_back(letter);
    boxes_[to].filled.notify_one();
  }
  void read(std::uint32_t node) {
    Box& box = boxes_[node];
    while (true) {
      std::unique_lock hold(box.mutex);
      while (box.letters.empty()) {
        static_cast<void>(
            box.filled.wait_until(hold, base::Instant(engine_.now().time_since_epoch() + milliseconds(30))));
      }
      const std::uint64_t letter = box.letters.front();
      box.letters.pop_front();
      hold.unlock();
      try {
        if (letter % 3 == 0) {
          throw std::runtime_error("a letter to think about");
        }
      } catch (const std::runtime_error&) {
        engine_.yield();
      }
      engine_.trace().record(node_lane(node), kDelivered + 1, letter, engine_.current().fiber->id);
    }
  }

  Choices choices_;
  Engine engine_;
  std::deque<Box> boxes_;
};

std::uint64_t hash_of(std::uint64_t seed, Policy policy) {
  Town town(seed, policy);
  EXPECT_EQ(town.run(), RunEnd::kTimeReached);
  EXPECT_FALSE(town.engine().failure());
  return town.tree().total();
}

TEST(Determinism, gives_the_same_hash_twice_and_another_for_another_seed) {
  for (const Policy policy : {Policy::kFifo, Policy::kRandom}) {
    EXPECT_EQ(hash_of(1, policy), hash_of(1, policy));
    EXPECT_NE(hash_of(1, policy), hash_of(2, policy));
  }
}

TEST(Determinism, gives_the_hash_that_every_build_gives) {
  EXPECT_EQ(hash_of(1, Policy::kRandom), 2627722108850118492ULL);
  EXPECT_EQ(hash_of(77, Policy::kRandom), 6850708416882245890ULL);
  EXPECT_EQ(hash_of(1, Policy::kFifo), 137096199002970108ULL);
}

TEST(Determinism, shows_one_changed_choice_only_from_its_instant_on) {
  std::vector<ChoiceRecord> records;
  Town plain(1, Policy::kRandom);
  plain.choices().record_into(&records);
  EXPECT_EQ(plain.run(), RunEnd::kTimeReached);
  std::optional<ChoiceRecord> chosen;
  for (const ChoiceRecord& record : records) {
    if (!chosen && record.key.domain == ChoiceDomain::kWorkload && record.key.object == 3 &&
        record.bound == 8 && record.key.counter > 200) {
      chosen = record;
    }
  }
  ASSERT_TRUE(chosen);
  Town changed(1, Policy::kRandom);
  changed.choices().set_override(chosen->key, (chosen->value + 1) % 8);
  EXPECT_EQ(changed.run(), RunEnd::kTimeReached);
  const auto difference = first_difference(plain.tree(), changed.tree());
  ASSERT_TRUE(difference);
  EXPECT_GE(difference->epoch, 1U);
  Town replayed(99, Policy::kRandom);
  for (const ChoiceRecord& record : records) {
    replayed.choices().set_override(record.key, record.value);
  }
  EXPECT_EQ(replayed.run(), RunEnd::kTimeReached);
  EXPECT_FALSE(first_difference(plain.tree(), replayed.tree()));
  EXPECT_EQ(replayed.choices().overrides_met(), records.size());
}

}  // namespace
}  // namespace lockstep::sim
