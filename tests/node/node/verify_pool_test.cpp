// The pool gives the answers that one thread gives, whatever becomes of its threads meanwhile.
#include "node/node/verify_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "author.h"
#include "fakes.h"
#include "lock_worlds.h"

namespace lockstep::node {
namespace {

/// Ends the thread that it meets, as a mistake of its own would.
struct Death {};

/// Threads that may die of a Death.
class MortalScheduler final : public runtime::Scheduler {
 public:
  explicit MortalScheduler(runtime::Scheduler& next) : next_(next) {}
  [[nodiscard]] std::unique_ptr<runtime::Thread> spawn(std::string name,
                                                       std::function<void()> body) override {
    ++spawned;
    return next_.spawn(std::move(name), [body = std::move(body)] {
      try {
        body();
      } catch (const Death&) {
      }
    });
  }
  void sleep_until(base::Instant deadline) override { next_.sleep_until(deadline); }
  void yield() override { next_.yield(); }
  [[nodiscard]] runtime::HeldLocks& held_locks() override { return next_.held_locks(); }

  int spawned = 0;

 private:
  runtime::Scheduler& next_;
};

/// Lets others get ahead in each piece of work; kills the pool's threads when told to.
class DeadlyMeter final : public runtime::Meter {
 public:
  explicit DeadlyMeter(test::LockWorld& world)
      : world_(world), scheduler_(world.seams().scheduler), caller_(&scheduler_.held_locks()) {}
  [[nodiscard]] std::uint64_t begin(runtime::Work) override {
    if (!world_.is_real()) {
      scheduler_.yield();
    }
    if (deadly && &scheduler_.held_locks() != caller_) {
      throw Death{};
    }
    return 0;
  }
  void end(runtime::Work, std::uint64_t, std::uint64_t) override { ++checks; }

  std::atomic<bool> deadly = false;
  std::atomic<std::uint64_t> checks = 0;

 private:
  test::LockWorld& world_;
  runtime::Scheduler& scheduler_;
  const runtime::HeldLocks* caller_;
};

/// What a pool of so many threads needs, in a world.
struct Stage {
  Stage(test::LockWorld& world, std::size_t threads)
      : scheduler(world.seams().scheduler),
        meter(world),
        listener(world.seams().sync, "listener"),
        pool({.clock = world.seams().clock,
              .scheduler = scheduler,
              .sync = world.seams().sync,
              .transport = transport,
              .random = random,
              .meter = meter},
             chain::Decider(meter, keys.scheme, keys.prover), listener, threads) {}
  ~Stage() {
    pool.close();
    pool.join();
  }

  test::Keys keys{4};
  test::RecordingTransport transport;
  test::SeededRandom random;
  MortalScheduler scheduler;
  DeadlyMeter meter;
  locking::WakeUp listener;
  VerifyPool pool;
};

/// Signatures of which every third is forged.
struct Signatures {
  explicit Signatures(std::size_t count) {
    const test::Keys keys{4};
    const auto owners = keys.all();
    for (std::size_t i = 0; i < count; ++i) {
      const validator::OwnValidator& owner = owners[i % owners.size()];
      base::Bytes32 message;
      message.data[0] = static_cast<std::uint8_t>(i);
      base::Bytes signature = *owner.attestation_key->sign(i, message);
      signature[40] ^= static_cast<std::uint8_t>(i % 3 == 0 ? 1 : 0);
      bytes.push_back(std::move(signature));
      claims.push_back(
          {.key = owner.attestation_key->public_key(), .message = message, .slot = spec::Slot(i)});
    }
  }
  [[nodiscard]] std::vector<chain::Check> checks() const {
    std::vector<chain::Check> out;
    for (std::size_t i = 0; i < claims.size(); ++i) {
      out.push_back({.claim = claims[i], .evidence = bytes[i]});
    }
    return out;
  }

  std::vector<base::Bytes> bytes;
  std::vector<spec::SignatureClaim> claims;
};

void expect_right(const std::vector<chain::Check>& decided, std::size_t count) {
  ASSERT_EQ(decided.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(decided[i].is_decided) << i;
    EXPECT_EQ(decided[i].holds, i % 3 != 0) << i;
    EXPECT_EQ(std::get<spec::SignatureClaim>(decided[i].claim).slot, spec::Slot(i)) << i;
  }
}

TEST(VerifyPool, decides_what_one_thread_would_decide_in_the_same_order) {
  for (const std::size_t count : {1U, 4U, 7U, 64U, 128U}) {
    const Signatures signatures(count);
    for (const std::size_t threads : {0U, 1U, 3U}) {
      test::in_all_worlds(20, [&](test::LockWorld& world) {
        Stage stage(world, threads);
        expect_right(stage.pool.decide_all(signatures.checks()), count);
        expect_right(stage.pool.decide_all(signatures.checks()), count);
        EXPECT_EQ(stage.meter.checks, 2 * count) << "each is decided once";
        EXPECT_EQ(stage.pool.ended_thread(), nullptr);
      });
    }
  }
}

TEST(VerifyPool, starts_no_thread_for_what_is_not_worth_it) {
  const Signatures few(VerifyPool::kBatchMin - 1);
  test::in_all_worlds(1, [&](test::LockWorld& world) {
    Stage stage(world, 2);
    expect_right(stage.pool.decide_all(few.checks()), few.claims.size());
    EXPECT_EQ(stage.scheduler.spawned, 0);
  });
}

TEST(VerifyPool, shares_the_work_among_its_threads_where_they_get_turns) {
  const Signatures signatures(64);
  bool somebody_died = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ASSERT_EQ(test::on_fibers(seed,
                              [&](test::LockWorld& world) {
                                Stage stage(world, 2);
                                stage.meter.deadly = true;
                                expect_right(stage.pool.decide_all(signatures.checks()), 64);
                                // Whoever got a share died of it.
                                somebody_died = somebody_died || stage.pool.ended_thread() != nullptr;
                              }),
              "");
  }
  EXPECT_TRUE(somebody_died) << "no schedule gave a share to the pool";
}

TEST(VerifyPool, decides_by_itself_what_a_thread_died_over_and_tells_its_name) {
  const Signatures signatures(64);
  bool somebody_died = false;
  test::in_all_worlds(200, [&](test::LockWorld& world) {
    Stage stage(world, 2);
    expect_right(stage.pool.decide_all(signatures.checks()), 64);
    stage.meter.deadly = true;
    expect_right(stage.pool.decide_all(signatures.checks()), 64);
    expect_right(stage.pool.decide_all(signatures.checks()), 64);
    if (const char* const dead = stage.pool.ended_thread()) {
      somebody_died = true;
      EXPECT_TRUE(std::string(dead) == "verify-0" || std::string(dead) == "verify-1") << dead;
      EXPECT_TRUE(stage.listener.wait_until(world.seams().clock.now() + std::chrono::seconds(10)))
          << "whoever listens is woken";
    }
  });
  EXPECT_TRUE(somebody_died) << "nothing was tried";
}

TEST(VerifyPool, finishes_a_batch_during_which_it_is_closed) {
  const Signatures signatures(64);
  test::in_all_worlds(200, [&](test::LockWorld& world) {
    Stage stage(world, 2);
    world.beside({{"chain",
                   [&] {
                     expect_right(stage.pool.decide_all(signatures.checks()), 64);
                     expect_right(stage.pool.decide_all(signatures.checks()), 64);
                   }},
                  {"stop", [&] { stage.pool.close(); }}});
  });
}

TEST(VerifyPool, has_no_schedule_that_goes_wrong) {
  const Signatures signatures(8);
  EXPECT_EQ(test::explored(2000,
                           [&](test::LockWorld& world) {
                             Stage stage(world, 2);
                             expect_right(stage.pool.decide_all(signatures.checks()), 8);
                             expect_right(stage.pool.decide_all(signatures.checks()), 8);
                           }),
            "");
}

}  // namespace
}  // namespace lockstep::node
