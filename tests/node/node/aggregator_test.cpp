// Proofs on a thread of their own: one round at a time, none asked for in vain, none left behind.
#include "node/node/aggregator.h"

#include <gtest/gtest.h>

#include "node/base/assert.h"
#include "node/node/chain_worker.h"
#include "stage.h"

namespace lockstep::node {
namespace {

using test::Stage;
using test::World;
using namespace std::chrono_literals;

constexpr base::Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);

TEST(Aggregator, hands_each_round_back_once_and_takes_no_second_one_meanwhile) {
  EXPECT_EQ(test::explored(100,
                           [](World& world) {
                             Stage stage(world);
                             int back = 0;
                             Aggregator aggregator(stage.runtime, stage.keys.prover,
                                                   [&](ProvenRound) { ++back; });
                             for (int round = 1; round <= 3; ++round) {
                               aggregator.prove({});
                               stage.pass(1s);
                               world.expect(back == round, "a round did not come back");
                             }
                             aggregator.close();
                             aggregator.join();
                             world.expect(aggregator.has_ended() && back == 3, "one came back twice");
                           }),
            "");
  EXPECT_EQ(test::explored(1,
                           [](World& world) {
                             Stage stage(world);
                             Aggregator aggregator(stage.runtime, stage.keys.prover, [](ProvenRound) {});
                             aggregator.prove({});
                             EXPECT_THROW(aggregator.prove({}), base::AssertionFailed);
                             aggregator.close();
                             aggregator.join();
                           }),
            "");
}

TEST(Aggregator, ends_at_any_moment_and_says_so) {
  EXPECT_EQ(test::explored(300,
                           [](World& world) {
                             Stage stage(world);
                             Aggregator aggregator(stage.runtime, stage.keys.prover, [](ProvenRound) {});
                             world.beside({{"chain",
                                            [&] {
                                              world.pause();
                                              aggregator.prove({});
                                            }},
                                           {"operator", [&] { aggregator.close(); }}});
                             aggregator.join();
                             aggregator.join();
                           }),
            "");
}

/// Takes its time, and notes how many proofs are made at once.
class SlowProver final : public crypto::BindingProver {
 public:
  SlowProver(World& world, const crypto::SignatureScheme& scheme, base::Duration time)
      : BindingProver(scheme), world_(world), time_(time) {}
  base::Result<base::Bytes, crypto::AggregationError> aggregate(std::span<const crypto::PublicKey> keys,
                                                                std::span<const base::ByteView> signatures,
                                                                std::span<const crypto::ProvenKeys> children,
                                                                std::span<const crypto::PublicKey> union_keys,
                                                                const base::Bytes32& message,
                                                                std::uint64_t slot) const override {
    if (signatures.size() < 2) {
      // A proposer's own signature, on the chain's thread.
      return BindingProver::aggregate(keys, signatures, children, union_keys, message, slot);
    }
    begins.push_back(world_.clock().now());
    world_.expect(++at_once == 1, "two proofs are made at once");
    world_.spend(time_);
    --at_once;
    ends.push_back(world_.clock().now());
    return BindingProver::aggregate(keys, signatures, children, union_keys, message, slot);
  }

  mutable std::vector<base::Instant> begins;
  mutable std::vector<base::Instant> ends;
  mutable int at_once = 0;

 private:
  World& world_;
  base::Duration time_;
};

TEST(Aggregator, of_a_node_begins_again_at_once_when_it_was_asked_to_while_it_proved) {
  EXPECT_EQ(
      test::explored(
          5,
          [](World& world) {
            Stage stage(world);
            const SlowProver prover(world, stage.keys.scheme, 7s);
            NetworkActor network(stage.runtime, Config{}, stage.keys.scheme, stage.heard, stage.inbox);
            Config config{.anchor = stage.keys.anchor(0), .validators = stage.keys.all()};
            config.is_aggregator = true;
            const auto worker = std::make_unique<ChainWorker>(stage.runtime, stage.keys.scheme, prover,
                                                              stage.heard, config, network, stage.inbox.wake);
            worker->begin(spec::Slot(0));
            worker->start();
            for (std::uint64_t interval = 1; interval <= 30; ++interval) {
              world.scheduler().sleep_until(base::Instant(kInterval * static_cast<std::int64_t>(interval)));
              world.expect(worker->tick_to(spec::Interval(interval)), "room");
              stage.pass(500ms);
              world.expect(worker->poll_duties(), "room");
              while (worker->next_result()) {
                worker->made_room();
              }
            }
            world.expect(prover.ends.size() >= 2, "too few rounds");
            world.expect(stage.heard.coalesced >= 2, "nobody asked meanwhile");
            world.expect(prover.begins.at(1) - prover.ends.at(0) < 100ms,
                         "a request was answered by no round");
            worker->close();
            worker->join();
            network.close();
            network.join();
          }),
      "");
}

}  // namespace
}  // namespace lockstep::node
